-- How a payee is paid, where the caller says that instead of an institution. It stood in the place of
-- the institution, which has three, eight or eleven characters. What accounts are told apart by stays.
ALTER TABLE payee ADD COLUMN modality text;
UPDATE payee SET modality = institution, institution = '' WHERE LENGTH(institution) = 2;
