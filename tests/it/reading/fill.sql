-- A city's attendance: people in fifty units below one, each with a check-in and a check-out a day, and classes.
-- :people, :days, :agency, :unit, :device, :employee, :run, :session, :course, :until are put in before it runs.
SET session_replication_role = replica;
SET synchronous_commit = off;

CREATE FUNCTION id_of(text) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
    SELECT (substr(md5($1), 1, 12) || '7' || substr(md5($1), 14, 3) || '8' || substr(md5($1), 18, 15))::uuid
$$;
CREATE FUNCTION id_at(timestamptz, text) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
    SELECT (lpad(to_hex((extract(epoch FROM $1) * 1000)::bigint), 12, '0') || '7' || substr(md5($2), 1, 3) || '8'
        || substr(md5($2), 4, 15))::uuid
$$;

INSERT INTO unit (id, agency_id, parent_id, name, is_active, created_at, updated_at)
SELECT id_of('unit' || n), :agency, :unit, 'Bidang ' || n, TRUE, :until, :until FROM generate_series(0, 49) AS n;

CREATE TEMP TABLE person AS
SELECT n, CASE n WHEN 1 THEN :employee ELSE id_of('person' || n) END AS id FROM generate_series(1, :people) AS n;

INSERT INTO employee (id, agency_id, name, employment, unit_id, is_active, serves_from, created_at, updated_at)
SELECT id, :agency, 'Pegawai ' || n, 'PNS', id_of('unit' || n % 50), TRUE, :until::date - 730, :until::timestamptz - interval '2 years', :until
FROM person WHERE n > 1;
INSERT INTO employee_nip (id, agency_id, employee_id, nip, valid_from)
SELECT id_of('nip' || n), :agency, id, '197703122010' || lpad(n::text, 6, '0'), '2020-01-01' FROM person WHERE n > 1;

INSERT INTO course_session (id, agency_id, course_run_id, title, starts_at, ends_at, time_zone, opens_before_minutes,
    requires_code, code_secret, created_at, updated_at)
SELECT id_of('session' || n), :agency, id_of('run' || n), 'Kelas ' || n, :until::timestamptz - n * interval '1 hour',
    :until::timestamptz - n * interval '1 hour' + interval '1 hour', 'Asia/Jakarta', 30, TRUE, '\x00', :until, :until
FROM generate_series(1, 2000) AS n;
INSERT INTO enrolment (id, agency_id, course_run_id, employee_id, status, enrolled_at, updated_at)
SELECT id_of('enrolment' || n), :agency, :run, id, 'ENROLLED', :until, :until FROM person WHERE n BETWEEN 2 AND 300;
INSERT INTO enrolment (id, agency_id, course_run_id, employee_id, status, enrolled_at, updated_at)
SELECT id_of('enrolment' || s || '-' || n), :agency, id_of('run' || s), id, 'ENROLLED', :until, :until
FROM person JOIN generate_series(1, 2000) AS s ON n % 500 = s % 500;

-- The indexes are built once, when the rows are there.
CREATE TEMP TABLE later AS
SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'check_in' AND indexname <> 'check_in_pkey';
DO $$ DECLARE index record; BEGIN
    FOR index IN SELECT * FROM later LOOP EXECUTE 'DROP INDEX ' || index.indexname; END LOOP;
END $$;

INSERT INTO check_in (id, agency_id, employee_id, device_id, idempotency_key, payload_hash, occasion, direction,
    workday_on, time_zone, captured_at, sent_at, received_at, effective_at, is_mocked, distance_meters, verdict, reasons,
    minutes_late)
SELECT id_at(at, n || direction || day), :agency, id, :device, id_of(n || direction || day),
    decode(md5(n::text) || md5(day::text), 'hex'), 'WORKDAY', direction, day, 'Asia/Jakarta', at, at, at, at, FALSE, 12.5,
    CASE WHEN n % 97 = 0 THEN 'NEEDS_REVIEW' ELSE 'ACCEPTED' END, '', 0
FROM (
    SELECT n, id, direction, day::date AS day,
        (day + CASE direction WHEN 'IN' THEN interval '7 hours' ELSE interval '16 hours' END
            + n % 40 * interval '1 minute') AT TIME ZONE 'Asia/Jakarta' AS at
    FROM generate_series(:until::date - :days + 1, :until::date, interval '1 day') AS day,
        unnest(ARRAY['IN', 'OUT']) AS direction, person
) AS attempt ORDER BY at;

INSERT INTO check_in (id, agency_id, employee_id, device_id, idempotency_key, payload_hash, occasion, time_zone,
    course_session_id, captured_at, sent_at, received_at, effective_at, is_mocked, verdict, reasons)
SELECT id_at(:until, 'class' || n || session), :agency, id, :device, id_of('class' || n || session), '\x00',
    'COURSE_SESSION', 'Asia/Jakarta', session, :until, :until, :until, :until, FALSE, 'ACCEPTED', ''
FROM (
    SELECT n, id, :session::uuid AS session FROM person WHERE n BETWEEN 2 AND 250
    UNION ALL
    SELECT n, id, id_of('session' || s) FROM person JOIN generate_series(1, 2000) AS s ON n % 500 = s % 500
) AS attended;

DO $$ DECLARE index record; BEGIN
    FOR index IN SELECT * FROM later LOOP EXECUTE index.indexdef; END LOOP;
END $$;
SET session_replication_role = DEFAULT;
ANALYZE;
