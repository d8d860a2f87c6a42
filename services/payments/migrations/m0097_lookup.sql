-- What is looked up while somebody waits is found without reading all that was settled long ago.

-- The item that paid a code.
CREATE INDEX suspense_by_target ON suspense (target) WHERE target IS NOT NULL;
-- What is not resolved of a case.
CREATE INDEX suspense_of_bill ON suspense (agency, bill_id) WHERE bill_id IS NOT NULL;
CREATE INDEX refund_of_case ON refund (agency, case_id) WHERE case_id IS NOT NULL;
CREATE INDEX refund_of_credit ON refund (agency, credit_id) WHERE credit_id IS NOT NULL;
CREATE INDEX dispute_of_case ON dispute (agency, case_id);
-- What one provider is to be asked about.
CREATE INDEX collection_due_of_provider ON collection (provider, next_inquiry, collection_id)
WHERE next_inquiry IS NOT NULL;
