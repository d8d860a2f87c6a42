-- The treasury pays one claim with one number.
CREATE UNIQUE INDEX refund_of_treasury ON refund (agency, treasury_reference)
WHERE treasury_reference IS NOT NULL;
