"""The trigger of the database that stops a text of a sequence when its person leaves the topic."""

# In the transaction that stores the leave: between the job that ends the sequence for them, every
# five seconds, and the claim of the text a STOP CHOIR would come too late.
TOPIC_LEAVE_TRIGGER = (
    "CREATE TRIGGER unsubscribed_topics_sequence_texts AFTER INSERT ON unsubscribed_topics "
    "WHEN new.until IS NULL BEGIN "
    "UPDATE messages SET status = 'skipped', reason = 'left_topic' "
    "WHERE status = 'queued' AND id IN (SELECT x.message_id FROM sequence_people p "
    "JOIN sequences s ON s.id = p.sequence_id JOIN sequence_sends x ON x.sequence_person_id = p.id "
    "WHERE s.group_id = new.group_id AND p.phone IN (SELECT new.phone UNION "
    "SELECT theirs.phone FROM person_phones own JOIN person_phones theirs "
    "ON theirs.person_id = own.person_id WHERE own.phone = new.phone)); END"
)
