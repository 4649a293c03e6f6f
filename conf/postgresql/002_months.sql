-- Makes the partition of a month, for shippers that own no table. False where
-- entries is no partitioned table, or entries_other has rows of that month.
DO $make$
BEGIN
	EXECUTE format($function$
CREATE FUNCTION entries_month(month date) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = %1$I, pg_temp
AS $body$
DECLARE
	first date := date_trunc('month', month)::date;
	name text := 'entries_' || to_char(first, 'YYYY_MM');
BEGIN
	IF first < date '2020-01-01' OR first > now() + interval '3 months'
	THEN
		RETURN false;
	END IF;
	IF EXISTS (SELECT 1 FROM pg_class WHERE relname = name
	    AND relnamespace = %1$L::regnamespace) THEN
		RETURN true;
	END IF;
	IF NOT EXISTS (SELECT 1 FROM pg_class WHERE relkind = 'p'
	    AND oid = 'entries'::regclass) THEN
		RETURN false;
	END IF;
	EXECUTE format('CREATE TABLE %%I PARTITION OF entries '
	    'FOR VALUES FROM (%%L) TO (%%L)', name,
	    first::timestamp AT TIME ZONE 'UTC',
	    (first + interval '1 month')::timestamp AT TIME ZONE 'UTC');
	RETURN true;
EXCEPTION
	WHEN check_violation THEN
		RETURN false;
	WHEN duplicate_table THEN
		RETURN true;
END
$body$ $function$, current_schema());
	EXECUTE 'REVOKE ALL ON FUNCTION entries_month(date) FROM PUBLIC';
END
$make$;
