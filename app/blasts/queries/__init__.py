"""Reading for the compose and review pages: audiences, labels and the review of a draft."""
