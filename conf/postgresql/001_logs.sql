-- Consent logs of any number of sidecars. `consentctl log ship URL --migrate`
-- applies this in one transaction and records it in schema_migrations; the
-- tables come into being in the first schema of the search path.

-- One row a log. Whoever ships locks it, so a log has one shipper at a time.
CREATE TABLE logs (
	origin text PRIMARY KEY,
	-- entries below it are in entries: where shipping goes on
	shipped bigint NOT NULL DEFAULT 0,
	-- entries below it are covered by a checkpoint whose signature was checked
	verified bigint NOT NULL DEFAULT 0,
	-- the newest checkpoint that all entries below size were compared with
	size bigint NOT NULL DEFAULT 0,
	root bytea,
	note text,
	-- the public key that signed it; null where no signature was checked
	vkey text,
	-- when the log was last seen to be whole and all of it here
	checked_at timestamp with time zone,
	-- why shipping stopped; null while all is well
	fault text,
	fault_at timestamp with time zone
);

-- The entries, by month. time of an erased one is the start of its month.
-- policy and notice hold the hash, of the entries that name the text as well.
CREATE TABLE entries (
	log text NOT NULL,
	seq bigint NOT NULL,
	time timestamp with time zone NOT NULL,
	type text NOT NULL,
	id text,
	sub text,
	act text,
	lang text,
	policy text,
	notice text,
	signal text,
	via text,
	kid text,
	leaf bytea NOT NULL,
	line text NOT NULL,
	PRIMARY KEY (log, seq, time)
) PARTITION BY RANGE (time);

-- what no month was made for: clocks far off, and months that are made late
CREATE TABLE entries_other PARTITION OF entries DEFAULT;

CREATE INDEX entries_sub ON entries (sub) WHERE sub IS NOT NULL;
CREATE INDEX entries_time ON entries (time);

-- What policies and notices said, by their SHA-256.
CREATE TABLE texts (
	hash text PRIMARY KEY,
	kind text NOT NULL,
	body text NOT NULL
);

-- Checkpoints that were compared, one in ten minutes for each log.
CREATE TABLE checkpoints (
	log text NOT NULL,
	size bigint NOT NULL,
	root bytea NOT NULL,
	note text NOT NULL,
	vkey text,
	kept_at timestamp with time zone NOT NULL DEFAULT now(),
	PRIMARY KEY (log, size)
);
