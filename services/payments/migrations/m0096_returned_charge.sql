-- A case whose bill went back entirely can be charged again; a claim or a dispute that is open may
-- still leave some of it.
DELETE FROM charge WHERE bill_id IN (
    SELECT bill_id FROM bill WHERE state = 'paid' AND amount_minor > 0
    AND refunded_minor = amount_minor
    AND NOT EXISTS (SELECT 1 FROM refund WHERE refund.bill_id = bill.bill_id
        AND refund.mode = 'treasury_claim' AND refund.state NOT IN ('paid', 'rejected'))
    AND NOT EXISTS (SELECT 1 FROM dispute WHERE dispute.bill_id = bill.bill_id
        AND dispute.state IN ('open', 'answered')));
