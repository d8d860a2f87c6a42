-- What a report found to change nothing is looked up by its moment, once for each import.
CREATE INDEX late_answer_by_time ON late_answer (envelope_id, create_time);
