"""For machines that watch: does the process answer, and is everything ready to send?"""
