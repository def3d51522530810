SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET transaction_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;
CREATE FUNCTION public.events_refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$BEGIN RAISE EXCEPTION 'Recorded events are never changed or removed.'; END$$;
SET default_tablespace = '';
SET default_table_access_method = heap;
CREATE TABLE public.absences (
    id integer NOT NULL,
    officer character varying(64) NOT NULL,
    since timestamp with time zone NOT NULL,
    until timestamp with time zone NOT NULL,
    stand_in character varying(64)
);
CREATE SEQUENCE public.absences_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.absences_id_seq OWNED BY public.absences.id;
CREATE TABLE public.accounts (
    officer character varying NOT NULL,
    password_hash character varying NOT NULL,
    language character varying,
    changed_at timestamp with time zone NOT NULL
);
CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);
CREATE TABLE public.case_counters (
    prefix character varying(64) NOT NULL,
    last integer NOT NULL
);
CREATE TABLE public.cases (
    number character varying(64) NOT NULL,
    procedure character varying(128) NOT NULL,
    version integer NOT NULL,
    digest character varying(64) NOT NULL,
    arm character varying(16) NOT NULL,
    office character varying(64),
    taxpayer_id character varying(64),
    taxpayer_name character varying(256),
    title text NOT NULL,
    key_taxpayer boolean NOT NULL,
    state character varying(16) NOT NULL,
    opened_at timestamp with time zone NOT NULL,
    closed_at timestamp with time zone,
    suspended_at timestamp with time zone,
    due_at timestamp with time zone,
    data text NOT NULL,
    execution text NOT NULL,
    parent character varying(64),
    revision integer NOT NULL
);
CREATE TABLE public.clock_starts (
    procedure character varying(128) NOT NULL,
    key character varying(256) NOT NULL,
    "case" character varying(64),
    tried_at timestamp with time zone NOT NULL,
    problem text
);
CREATE TABLE public.events (
    "position" bigint NOT NULL,
    procedure character varying NOT NULL,
    case_id character varying NOT NULL,
    activity character varying NOT NULL,
    lifecycle character varying NOT NULL,
    at timestamp with time zone NOT NULL,
    instance character varying,
    version integer,
    officer character varying,
    post character varying,
    office character varying,
    attributes text NOT NULL
);
CREATE SEQUENCE public.events_position_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.events_position_seq OWNED BY public.events."position";
CREATE TABLE public.failed_sign_ins (
    id integer NOT NULL,
    officer character varying NOT NULL,
    address character varying NOT NULL,
    at timestamp with time zone NOT NULL
);
CREATE SEQUENCE public.failed_sign_ins_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.failed_sign_ins_id_seq OWNED BY public.failed_sign_ins.id;
CREATE TABLE public.holdings (
    id integer NOT NULL,
    officer character varying(64) NOT NULL,
    post character varying(64) NOT NULL,
    office character varying(64) NOT NULL,
    since timestamp with time zone,
    until timestamp with time zone
);
CREATE SEQUENCE public.holdings_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.holdings_id_seq OWNED BY public.holdings.id;
CREATE TABLE public.incidents (
    id integer NOT NULL,
    "case" character varying(64) NOT NULL,
    node character varying(128) NOT NULL,
    instance character varying(32) NOT NULL,
    message text NOT NULL,
    attempts integer NOT NULL,
    occurred_at timestamp with time zone NOT NULL,
    resolved_at timestamp with time zone,
    resolved_by character varying(64)
);
CREATE SEQUENCE public.incidents_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.incidents_id_seq OWNED BY public.incidents.id;
CREATE TABLE public.kept_messages (
    id integer NOT NULL,
    "case" character varying(64) NOT NULL,
    kind character varying(16) NOT NULL,
    name character varying(256) NOT NULL,
    node character varying(128) NOT NULL,
    instance character varying(32) NOT NULL,
    payload text NOT NULL,
    received_at timestamp with time zone NOT NULL
);
CREATE SEQUENCE public.kept_messages_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.kept_messages_id_seq OWNED BY public.kept_messages.id;
CREATE TABLE public.key_accounts (
    taxpayer_id character varying(64) NOT NULL,
    officer character varying(64) NOT NULL
);
CREATE TABLE public.officers (
    code character varying(64) NOT NULL,
    names text NOT NULL,
    office character varying(64) NOT NULL,
    active boolean NOT NULL
);
CREATE TABLE public.offices (
    key character varying(64) NOT NULL,
    names text NOT NULL,
    parent character varying(64),
    level integer NOT NULL
);
CREATE TABLE public.outgoing_messages (
    id integer NOT NULL,
    channel character varying(32) NOT NULL,
    "case" character varying(64),
    node character varying(128),
    name character varying(256) NOT NULL,
    recipient character varying(256),
    correlation character varying(256),
    payload text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    next_try_at timestamp with time zone NOT NULL,
    sent_at timestamp with time zone,
    attempts integer NOT NULL,
    error text
);
CREATE SEQUENCE public.outgoing_messages_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.outgoing_messages_id_seq OWNED BY public.outgoing_messages.id;
CREATE TABLE public.posts (
    key character varying(64) NOT NULL,
    names text NOT NULL,
    rights text NOT NULL
);
CREATE TABLE public.procedure_sources (
    version integer NOT NULL,
    path character varying(256) NOT NULL,
    content bytea NOT NULL
);
CREATE TABLE public.procedure_versions (
    id integer NOT NULL,
    key character varying(128) NOT NULL,
    number integer NOT NULL,
    digest character varying(64) NOT NULL,
    names text NOT NULL,
    state character varying(16) NOT NULL,
    share double precision,
    deployed_by character varying(64),
    deployed_at timestamp with time zone NOT NULL,
    state_since timestamp with time zone NOT NULL,
    note text NOT NULL
);
CREATE SEQUENCE public.procedure_versions_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.procedure_versions_id_seq OWNED BY public.procedure_versions.id;
CREATE TABLE public.records (
    id integer NOT NULL,
    register character varying(64) NOT NULL,
    subject character varying(128) NOT NULL,
    "case" character varying(64),
    entry text NOT NULL,
    recorded_at timestamp with time zone NOT NULL
);
CREATE SEQUENCE public.records_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.records_id_seq OWNED BY public.records.id;
CREATE TABLE public.redesign_promises (
    id integer NOT NULL,
    proposal_id integer NOT NULL,
    figures text NOT NULL,
    scenario text NOT NULL,
    made_at timestamp with time zone NOT NULL
);
CREATE SEQUENCE public.redesign_promises_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.redesign_promises_id_seq OWNED BY public.redesign_promises.id;
CREATE TABLE public.redesign_proposals (
    id integer NOT NULL,
    procedure character varying(200) NOT NULL,
    version integer,
    key character varying(400) NOT NULL,
    kind character varying(40) NOT NULL,
    changes text NOT NULL,
    code character varying(40) NOT NULL,
    evidence text NOT NULL,
    shares text NOT NULL,
    gain double precision NOT NULL,
    drawing text NOT NULL,
    source text NOT NULL,
    made_at timestamp with time zone NOT NULL,
    made_by character varying(200)
);
CREATE SEQUENCE public.redesign_proposals_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.redesign_proposals_id_seq OWNED BY public.redesign_proposals.id;
CREATE TABLE public.redesign_trials (
    id integer NOT NULL,
    proposal_id integer NOT NULL,
    promise_id integer,
    current_version integer NOT NULL,
    trial_version integer NOT NULL,
    share double precision NOT NULL,
    started_at timestamp with time zone NOT NULL,
    started_by character varying(200),
    effect_figures text,
    advice character varying(20),
    kept boolean,
    decision character varying(20),
    remark text,
    decided_at timestamp with time zone,
    decided_by character varying(200)
);
CREATE SEQUENCE public.redesign_trials_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.redesign_trials_id_seq OWNED BY public.redesign_trials.id;
CREATE TABLE public.sign_ins (
    token_hash character varying NOT NULL,
    officer character varying NOT NULL,
    at timestamp with time zone NOT NULL,
    until timestamp with time zone NOT NULL
);
CREATE TABLE public.subscriptions (
    id integer NOT NULL,
    kind character varying(16) NOT NULL,
    procedure character varying(128) NOT NULL,
    "case" character varying(64),
    node character varying(128) NOT NULL,
    instance character varying(32),
    name character varying(256) NOT NULL,
    correlation character varying(256),
    since timestamp with time zone NOT NULL
);
CREATE SEQUENCE public.subscriptions_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.subscriptions_id_seq OWNED BY public.subscriptions.id;
CREATE TABLE public.tasks (
    id integer NOT NULL,
    "case" character varying(64) NOT NULL,
    procedure character varying(128) NOT NULL,
    activity character varying(128) NOT NULL,
    instance character varying(32) NOT NULL,
    state character varying(16) NOT NULL,
    before_suspension character varying(16),
    form character varying(128),
    post character varying(64),
    posts text NOT NULL,
    office character varying(64),
    officer character varying(64),
    performed_for character varying(64),
    scheduled_at timestamp with time zone NOT NULL,
    assigned_at timestamp with time zone,
    started_at timestamp with time zone,
    completed_at timestamp with time zone,
    due_at timestamp with time zone,
    why text NOT NULL,
    local text,
    answers text
);
CREATE SEQUENCE public.tasks_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.tasks_id_seq OWNED BY public.tasks.id;
CREATE TABLE public.timers (
    id integer NOT NULL,
    kind character varying(16) NOT NULL,
    procedure character varying(128) NOT NULL,
    "case" character varying(64),
    node character varying(128) NOT NULL,
    instance character varying(32),
    due_at timestamp with time zone NOT NULL,
    fired_at timestamp with time zone,
    attempts integer NOT NULL
);
CREATE SEQUENCE public.timers_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.timers_id_seq OWNED BY public.timers.id;
ALTER TABLE ONLY public.absences ALTER COLUMN id SET DEFAULT nextval('public.absences_id_seq'::regclass);
ALTER TABLE ONLY public.events ALTER COLUMN "position" SET DEFAULT nextval('public.events_position_seq'::regclass);
ALTER TABLE ONLY public.failed_sign_ins ALTER COLUMN id SET DEFAULT nextval('public.failed_sign_ins_id_seq'::regclass);
ALTER TABLE ONLY public.holdings ALTER COLUMN id SET DEFAULT nextval('public.holdings_id_seq'::regclass);
ALTER TABLE ONLY public.incidents ALTER COLUMN id SET DEFAULT nextval('public.incidents_id_seq'::regclass);
ALTER TABLE ONLY public.kept_messages ALTER COLUMN id SET DEFAULT nextval('public.kept_messages_id_seq'::regclass);
ALTER TABLE ONLY public.outgoing_messages ALTER COLUMN id SET DEFAULT nextval('public.outgoing_messages_id_seq'::regclass);
ALTER TABLE ONLY public.procedure_versions ALTER COLUMN id SET DEFAULT nextval('public.procedure_versions_id_seq'::regclass);
ALTER TABLE ONLY public.records ALTER COLUMN id SET DEFAULT nextval('public.records_id_seq'::regclass);
ALTER TABLE ONLY public.redesign_promises ALTER COLUMN id SET DEFAULT nextval('public.redesign_promises_id_seq'::regclass);
ALTER TABLE ONLY public.redesign_proposals ALTER COLUMN id SET DEFAULT nextval('public.redesign_proposals_id_seq'::regclass);
ALTER TABLE ONLY public.redesign_trials ALTER COLUMN id SET DEFAULT nextval('public.redesign_trials_id_seq'::regclass);
ALTER TABLE ONLY public.subscriptions ALTER COLUMN id SET DEFAULT nextval('public.subscriptions_id_seq'::regclass);
ALTER TABLE ONLY public.tasks ALTER COLUMN id SET DEFAULT nextval('public.tasks_id_seq'::regclass);
ALTER TABLE ONLY public.timers ALTER COLUMN id SET DEFAULT nextval('public.timers_id_seq'::regclass);
INSERT INTO public.alembic_version VALUES ('0002');
INSERT INTO public.case_counters VALUES ('R2026', 6);
INSERT INTO public.case_counters VALUES ('W2026', 2);
INSERT INTO public.case_counters VALUES ('P2026', 2);
INSERT INTO public.cases VALUES ('R2026-000001', 'refund', 1, '2df1c9390a339826944965dbb4d03b6520e156d7b91ebca26e23dabf1b27ed4b', 'current', 'east', '91310000DEMO000001', NULL, 'R2026-000001', false, 'running', '2026-03-02 07:00:00+00', NULL, NULL, NULL, '{"taxpayer_id":"91310000DEMO000001","case_number":"R2026-000001","office":"east"}', '{"format":1,"last":4,"tokens":[{"id":1,"at":"#process","state":32},{"id":4,"at":"accept","state":32,"parent":1,"scope":1,"via":"m__accept"}]}', NULL, 1);
INSERT INTO public.cases VALUES ('R2026-000005', 'refund', 1, '2df1c9390a339826944965dbb4d03b6520e156d7b91ebca26e23dabf1b27ed4b', 'current', 'east', NULL, NULL, 'R2026-000005', false, 'suspended', '2026-03-02 21:00:00+00', NULL, '2026-03-02 22:00:00+00', NULL, '{"case_number":"R2026-000005","office":"east"}', '{"format":1,"last":4,"tokens":[{"id":1,"at":"#process","state":32},{"id":4,"at":"accept","state":32,"parent":1,"scope":1,"via":"m__accept"}]}', NULL, 2);
INSERT INTO public.cases VALUES ('R2026-000002', 'refund', 1, '2df1c9390a339826944965dbb4d03b6520e156d7b91ebca26e23dabf1b27ed4b', 'current', 'east', NULL, NULL, 'R2026-000002', false, 'running', '2026-03-02 08:00:00+00', NULL, NULL, NULL, '{"case_number":"R2026-000002","office":"east","accept_outcome":"pass","amount":{"$decimal":"1000.50"}}', '{"format":1,"last":8,"tokens":[{"id":1,"at":"#process","state":32,"without":["accept_outcome","amount"]},{"id":5,"at":"s","state":64,"parent":1,"scope":1,"via":"accept__s","leaving":true},{"id":7,"at":"account","state":32,"parent":5,"scope":1,"via":"s__account"},{"id":8,"at":"j","state":8,"parent":5,"scope":1,"via":"arrears__j"}]}', NULL, 3);
INSERT INTO public.cases VALUES ('R2026-000006', 'refund', 1, '2df1c9390a339826944965dbb4d03b6520e156d7b91ebca26e23dabf1b27ed4b', 'current', 'east', NULL, NULL, 'R2026-000006', false, 'withdrawn', '2026-03-02 23:00:00+00', '2026-03-03 00:00:00+00', NULL, NULL, '{"case_number":"R2026-000006","office":"east"}', '', NULL, 3);
INSERT INTO public.cases VALUES ('R2026-000003', 'refund', 1, '2df1c9390a339826944965dbb4d03b6520e156d7b91ebca26e23dabf1b27ed4b', 'current', 'east', NULL, NULL, 'R2026-000003', false, 'running', '2026-03-02 11:00:00+00', NULL, NULL, NULL, '{"case_number":"R2026-000003","office":"east","accept_outcome":"pass","amount":{"$decimal":"1000.50"},"approve_outcome":"return"}', '{"format":1,"last":13,"tokens":[{"id":1,"at":"#process","state":32,"without":["accept_outcome","amount","approve_outcome"]},{"id":13,"at":"accept","state":32,"parent":1,"scope":1,"via":"m__accept"}]}', NULL, 5);
INSERT INTO public.cases VALUES ('W2026-000001', 'waiting', 1, '2d850e63372f748a8782a6c25a59c79a2f4dc5484d9c5fe047c49e85db63fdfd', 'current', 'east', NULL, NULL, 'W2026-000001', false, 'running', '2026-03-03 01:00:00+00', NULL, NULL, NULL, '{"case_number":"W2026-000001","office":"east"}', '{"format":1,"last":4,"tokens":[{"id":1,"at":"#process","state":32},{"id":3,"at":"wait","state":32,"parent":1,"scope":1,"via":"start__wait"},{"id":4,"at":"late","state":32,"parent":3,"scope":1,"host":3}]}', NULL, 1);
INSERT INTO public.cases VALUES ('W2026-000002', 'waiting', 1, '2d850e63372f748a8782a6c25a59c79a2f4dc5484d9c5fe047c49e85db63fdfd', 'current', 'east', NULL, NULL, 'W2026-000002', false, 'suspended', '2026-03-03 02:00:00+00', NULL, '2026-03-03 03:00:00+00', NULL, '{"case_number":"W2026-000002","office":"east"}', '{"format":1,"last":4,"tokens":[{"id":1,"at":"#process","state":32},{"id":3,"at":"wait","state":32,"parent":1,"scope":1,"via":"start__wait"},{"id":4,"at":"late","state":32,"parent":3,"scope":1,"host":3}]}', NULL, 2);
INSERT INTO public.cases VALUES ('R2026-000004', 'refund', 1, '2df1c9390a339826944965dbb4d03b6520e156d7b91ebca26e23dabf1b27ed4b', 'current', 'east', NULL, NULL, 'R2026-000004', false, 'completed', '2026-03-02 16:00:00+00', '2026-03-02 20:00:00+00', NULL, NULL, '{"case_number":"R2026-000004","office":"east","accept_outcome":"pass","amount":{"$decimal":"1000.50"},"approve_outcome":"pass"}', '', NULL, 5);
INSERT INTO public.cases VALUES ('P2026-000001', 'paying', 1, 'dd5e733ead27d276a1a4e64477ecbb0c0454f0995d290f9bde1d9f4baae74828', 'current', 'east', NULL, NULL, 'P2026-000001', false, 'running', '2026-03-03 05:00:00+00', NULL, NULL, NULL, '{"amount":{"$decimal":"12.50"},"case_number":"P2026-000001","office":"east","order":"P2026-000001-20260303050000","recorded_at":{"$datetime":"2026-03-03T05:00:00+00:00"}}', '{"format":1,"last":5,"tokens":[{"id":1,"at":"#process","state":32,"without":["order","recorded_at"]},{"id":5,"at":"look","state":32,"parent":1,"scope":1,"via":"enter__look"}]}', NULL, 1);
INSERT INTO public.cases VALUES ('P2026-000002', 'paying', 1, 'dd5e733ead27d276a1a4e64477ecbb0c0454f0995d290f9bde1d9f4baae74828', 'current', 'east', NULL, NULL, 'P2026-000002', false, 'running', '2026-03-03 06:00:00+00', NULL, NULL, NULL, '{"case_number":"P2026-000002","office":"east"}', '{"format":1,"last":3,"tokens":[{"id":1,"at":"#process","state":32},{"id":3,"at":"order","state":16,"parent":1,"scope":1,"via":"start__order","failure":"The amount ''amount'' is missing.","progress":{"attempts":1}}]}', NULL, 1);
INSERT INTO public.events VALUES (1, 'refund', 'R2026-000001', 'start', 'complete', '2026-03-02 07:00:00+00', '2', 1, NULL, NULL, 'east', '{"taxpayer_id":"91310000DEMO000001","office":"east","key_taxpayer":false,"arm":"current","started_by":"c1"}');
INSERT INTO public.events VALUES (2, 'refund', 'R2026-000001', 'accept', 'schedule', '2026-03-02 07:00:00+00', '4', 1, NULL, 'clerk', 'east', '{}');
INSERT INTO public.events VALUES (3, 'refund', 'R2026-000001', 'accept', 'assign', '2026-03-02 07:00:00+00', '4', 1, 'c1', 'clerk', 'east', '{"why":"longest_idle"}');
INSERT INTO public.events VALUES (4, 'refund', 'R2026-000002', 'start', 'complete', '2026-03-02 08:00:00+00', '2', 1, NULL, NULL, 'east', '{"taxpayer_id":null,"office":"east","key_taxpayer":false,"arm":"current","started_by":"c1"}');
INSERT INTO public.events VALUES (5, 'refund', 'R2026-000002', 'accept', 'schedule', '2026-03-02 08:00:00+00', '4', 1, NULL, 'clerk', 'east', '{}');
INSERT INTO public.events VALUES (6, 'refund', 'R2026-000002', 'accept', 'assign', '2026-03-02 08:00:00+00', '4', 1, 'c2', 'clerk', 'east', '{"why":"lowest_load"}');
INSERT INTO public.events VALUES (7, 'refund', 'R2026-000002', 'accept', 'start', '2026-03-02 09:00:00+00', '4', 1, 'c2', 'clerk', 'east', '{}');
INSERT INTO public.events VALUES (8, 'refund', 'R2026-000002', 'accept', 'complete', '2026-03-02 09:00:00+00', '4', 1, 'c2', 'clerk', 'east', '{"accept_outcome":"pass","amount":{"$decimal":"1000.50"}}');
INSERT INTO public.events VALUES (9, 'refund', 'R2026-000002', 'arrears', 'schedule', '2026-03-02 09:00:00+00', '6', 1, NULL, 'clerk', 'east', '{}');
INSERT INTO public.events VALUES (10, 'refund', 'R2026-000002', 'arrears', 'assign', '2026-03-02 09:00:00+00', '6', 1, 'c1', 'clerk', 'east', '{"why":"longest_idle"}');
INSERT INTO public.events VALUES (11, 'refund', 'R2026-000002', 'account', 'schedule', '2026-03-02 09:00:00+00', '7', 1, NULL, 'clerk', 'east', '{}');
INSERT INTO public.events VALUES (12, 'refund', 'R2026-000002', 'account', 'assign', '2026-03-02 09:00:00+00', '7', 1, 'c2', 'clerk', 'east', '{"why":"lowest_load"}');
INSERT INTO public.events VALUES (13, 'refund', 'R2026-000002', 'arrears', 'start', '2026-03-02 10:00:00+00', '6', 1, 'c1', 'clerk', 'east', '{}');
INSERT INTO public.events VALUES (14, 'refund', 'R2026-000002', 'arrears', 'complete', '2026-03-02 10:00:00+00', '6', 1, 'c1', 'clerk', 'east', '{}');
INSERT INTO public.events VALUES (15, 'refund', 'R2026-000003', 'start', 'complete', '2026-03-02 11:00:00+00', '2', 1, NULL, NULL, 'east', '{"taxpayer_id":null,"office":"east","key_taxpayer":false,"arm":"current","started_by":"c1"}');
INSERT INTO public.events VALUES (16, 'refund', 'R2026-000003', 'accept', 'schedule', '2026-03-02 11:00:00+00', '4', 1, NULL, 'clerk', 'east', '{}');
INSERT INTO public.events VALUES (17, 'refund', 'R2026-000003', 'accept', 'assign', '2026-03-02 11:00:00+00', '4', 1, 'c2', 'clerk', 'east', '{"why":"longest_idle"}');
INSERT INTO public.events VALUES (18, 'refund', 'R2026-000003', 'accept', 'start', '2026-03-02 12:00:00+00', '4', 1, 'c2', 'clerk', 'east', '{}');
INSERT INTO public.events VALUES (19, 'refund', 'R2026-000003', 'accept', 'complete', '2026-03-02 12:00:00+00', '4', 1, 'c2', 'clerk', 'east', '{"accept_outcome":"pass","amount":{"$decimal":"1000.50"}}');
INSERT INTO public.events VALUES (20, 'refund', 'R2026-000003', 'arrears', 'schedule', '2026-03-02 12:00:00+00', '6', 1, NULL, 'clerk', 'east', '{}');
INSERT INTO public.events VALUES (21, 'refund', 'R2026-000003', 'arrears', 'assign', '2026-03-02 12:00:00+00', '6', 1, 'c1', 'clerk', 'east', '{"why":"lowest_load"}');
INSERT INTO public.events VALUES (22, 'refund', 'R2026-000003', 'account', 'schedule', '2026-03-02 12:00:00+00', '7', 1, NULL, 'clerk', 'east', '{}');
INSERT INTO public.events VALUES (23, 'refund', 'R2026-000003', 'account', 'assign', '2026-03-02 12:00:00+00', '7', 1, 'c2', 'clerk', 'east', '{"why":"longest_idle"}');
INSERT INTO public.events VALUES (24, 'refund', 'R2026-000003', 'arrears', 'start', '2026-03-02 13:00:00+00', '6', 1, 'c1', 'clerk', 'east', '{}');
INSERT INTO public.events VALUES (25, 'refund', 'R2026-000003', 'arrears', 'complete', '2026-03-02 13:00:00+00', '6', 1, 'c1', 'clerk', 'east', '{}');
INSERT INTO public.events VALUES (26, 'refund', 'R2026-000003', 'account', 'start', '2026-03-02 14:00:00+00', '7', 1, 'c2', 'clerk', 'east', '{}');
INSERT INTO public.events VALUES (27, 'refund', 'R2026-000003', 'account', 'complete', '2026-03-02 14:00:00+00', '7', 1, 'c2', 'clerk', 'east', '{}');
INSERT INTO public.events VALUES (28, 'refund', 'R2026-000003', 'approve', 'schedule', '2026-03-02 14:00:00+00', '10', 1, NULL, 'reviewer', 'east', '{}');
INSERT INTO public.events VALUES (29, 'refund', 'R2026-000003', 'approve', 'assign', '2026-03-02 14:00:00+00', '10', 1, 'r1', 'reviewer', 'east', '{"why":"longest_idle"}');
INSERT INTO public.events VALUES (30, 'refund', 'R2026-000003', 'approve', 'start', '2026-03-02 15:00:00+00', '10', 1, 'r1', 'reviewer', 'east', '{}');
INSERT INTO public.events VALUES (31, 'refund', 'R2026-000003', 'approve', 'complete', '2026-03-02 15:00:00+00', '10', 1, 'r1', 'reviewer', 'east', '{"approve_outcome":"return"}');
INSERT INTO public.events VALUES (32, 'refund', 'R2026-000003', 'accept', 'schedule', '2026-03-02 15:00:00+00', '13', 1, NULL, 'clerk', 'east', '{}');
INSERT INTO public.events VALUES (33, 'refund', 'R2026-000003', 'accept', 'assign', '2026-03-02 15:00:00+00', '13', 1, 'c1', 'clerk', 'east', '{"why":"longest_idle"}');
INSERT INTO public.events VALUES (34, 'refund', 'R2026-000004', 'start', 'complete', '2026-03-02 16:00:00+00', '2', 1, NULL, NULL, 'east', '{"taxpayer_id":null,"office":"east","key_taxpayer":false,"arm":"current","started_by":"c1"}');
INSERT INTO public.events VALUES (35, 'refund', 'R2026-000004', 'accept', 'schedule', '2026-03-02 16:00:00+00', '4', 1, NULL, 'clerk', 'east', '{}');
INSERT INTO public.events VALUES (36, 'refund', 'R2026-000004', 'accept', 'assign', '2026-03-02 16:00:00+00', '4', 1, 'c2', 'clerk', 'east', '{"why":"lowest_load"}');
INSERT INTO public.events VALUES (37, 'refund', 'R2026-000004', 'accept', 'start', '2026-03-02 17:00:00+00', '4', 1, 'c2', 'clerk', 'east', '{}');
INSERT INTO public.events VALUES (38, 'refund', 'R2026-000004', 'accept', 'complete', '2026-03-02 17:00:00+00', '4', 1, 'c2', 'clerk', 'east', '{"accept_outcome":"pass","amount":{"$decimal":"1000.50"}}');
INSERT INTO public.events VALUES (39, 'refund', 'R2026-000004', 'arrears', 'schedule', '2026-03-02 17:00:00+00', '6', 1, NULL, 'clerk', 'east', '{}');
INSERT INTO public.events VALUES (40, 'refund', 'R2026-000004', 'arrears', 'assign', '2026-03-02 17:00:00+00', '6', 1, 'c1', 'clerk', 'east', '{"why":"longest_idle"}');
INSERT INTO public.events VALUES (41, 'refund', 'R2026-000004', 'account', 'schedule', '2026-03-02 17:00:00+00', '7', 1, NULL, 'clerk', 'east', '{}');
INSERT INTO public.events VALUES (42, 'refund', 'R2026-000004', 'account', 'assign', '2026-03-02 17:00:00+00', '7', 1, 'c2', 'clerk', 'east', '{"why":"lowest_load"}');
INSERT INTO public.events VALUES (43, 'refund', 'R2026-000004', 'arrears', 'start', '2026-03-02 18:00:00+00', '6', 1, 'c1', 'clerk', 'east', '{}');
INSERT INTO public.events VALUES (44, 'refund', 'R2026-000004', 'arrears', 'complete', '2026-03-02 18:00:00+00', '6', 1, 'c1', 'clerk', 'east', '{}');
INSERT INTO public.events VALUES (45, 'refund', 'R2026-000004', 'account', 'start', '2026-03-02 19:00:00+00', '7', 1, 'c2', 'clerk', 'east', '{}');
INSERT INTO public.events VALUES (46, 'refund', 'R2026-000004', 'account', 'complete', '2026-03-02 19:00:00+00', '7', 1, 'c2', 'clerk', 'east', '{}');
INSERT INTO public.events VALUES (47, 'refund', 'R2026-000004', 'approve', 'schedule', '2026-03-02 19:00:00+00', '10', 1, NULL, 'reviewer', 'east', '{}');
INSERT INTO public.events VALUES (48, 'refund', 'R2026-000004', 'approve', 'assign', '2026-03-02 19:00:00+00', '10', 1, 'r2', 'reviewer', 'east', '{"why":"longest_idle"}');
INSERT INTO public.events VALUES (49, 'refund', 'R2026-000004', 'approve', 'start', '2026-03-02 20:00:00+00', '10', 1, 'r2', 'reviewer', 'east', '{}');
INSERT INTO public.events VALUES (50, 'refund', 'R2026-000004', 'approve', 'complete', '2026-03-02 20:00:00+00', '10', 1, 'r2', 'reviewer', 'east', '{"approve_outcome":"pass"}');
INSERT INTO public.events VALUES (51, 'refund', 'R2026-000004', 'end', 'complete', '2026-03-02 20:00:00+00', '12', 1, NULL, NULL, 'east', '{"case_state":"completed"}');
INSERT INTO public.events VALUES (52, 'refund', 'R2026-000005', 'start', 'complete', '2026-03-02 21:00:00+00', '2', 1, NULL, NULL, 'east', '{"taxpayer_id":null,"office":"east","key_taxpayer":false,"arm":"current","started_by":"c1"}');
INSERT INTO public.events VALUES (53, 'refund', 'R2026-000005', 'accept', 'schedule', '2026-03-02 21:00:00+00', '4', 1, NULL, 'clerk', 'east', '{}');
INSERT INTO public.events VALUES (54, 'refund', 'R2026-000005', 'accept', 'assign', '2026-03-02 21:00:00+00', '4', 1, 'c2', 'clerk', 'east', '{"why":"lowest_load"}');
INSERT INTO public.events VALUES (55, 'refund', 'R2026-000005', 'accept', 'suspend', '2026-03-02 22:00:00+00', '4', 1, 'c2', 'clerk', 'east', '{"reason":"court","by":"h1"}');
INSERT INTO public.events VALUES (56, 'refund', 'R2026-000006', 'start', 'complete', '2026-03-02 23:00:00+00', '2', 1, NULL, NULL, 'east', '{"taxpayer_id":null,"office":"east","key_taxpayer":false,"arm":"current","started_by":"c1"}');
INSERT INTO public.events VALUES (57, 'refund', 'R2026-000006', 'accept', 'schedule', '2026-03-02 23:00:00+00', '4', 1, NULL, 'clerk', 'east', '{}');
INSERT INTO public.events VALUES (58, 'refund', 'R2026-000006', 'accept', 'assign', '2026-03-02 23:00:00+00', '4', 1, 'c2', 'clerk', 'east', '{"why":"lowest_load"}');
INSERT INTO public.events VALUES (59, 'refund', 'R2026-000006', 'accept', 'withdraw', '2026-03-03 00:00:00+00', '4', 1, 'c2', 'clerk', 'east', '{"case_state":"withdrawn","reason":"not needed","by":"h1"}');
INSERT INTO public.events VALUES (60, 'waiting', 'W2026-000001', 'start', 'complete', '2026-03-03 01:00:00+00', '2', 1, NULL, NULL, 'east', '{"taxpayer_id":null,"office":"east","key_taxpayer":false,"arm":"current","started_by":"c1"}');
INSERT INTO public.events VALUES (61, 'waiting', 'W2026-000001', 'wait', 'schedule', '2026-03-03 01:00:00+00', '3', 1, NULL, NULL, 'east', '{}');
INSERT INTO public.events VALUES (64, 'paying', 'P2026-000001', 'start', 'complete', '2026-03-03 05:00:00+00', '2', 1, NULL, NULL, 'east', '{"amount":{"$decimal":"12.50"},"taxpayer_id":null,"office":"east","key_taxpayer":false,"arm":"current","started_by":"c1"}');
INSERT INTO public.events VALUES (65, 'paying', 'P2026-000001', 'order', 'start', '2026-03-03 05:00:00+00', '3', 1, NULL, NULL, 'east', '{}');
INSERT INTO public.events VALUES (66, 'paying', 'P2026-000001', 'order', 'complete', '2026-03-03 05:00:00+00', '3', 1, NULL, NULL, 'east', '{"order":"P2026-000001-20260303050000"}');
INSERT INTO public.events VALUES (67, 'paying', 'P2026-000001', 'enter', 'start', '2026-03-03 05:00:00+00', '4', 1, NULL, NULL, 'east', '{}');
INSERT INTO public.events VALUES (68, 'paying', 'P2026-000001', 'enter', 'complete', '2026-03-03 05:00:00+00', '4', 1, NULL, NULL, 'east', '{"recorded_at":{"$datetime":"2026-03-03T05:00:00+00:00"}}');
INSERT INTO public.events VALUES (69, 'paying', 'P2026-000001', 'look', 'schedule', '2026-03-03 05:00:00+00', '5', 1, NULL, 'clerk', 'east', '{}');
INSERT INTO public.events VALUES (70, 'paying', 'P2026-000001', 'look', 'assign', '2026-03-03 05:00:00+00', '5', 1, 'c2', 'clerk', 'east', '{"why":"lowest_load"}');
INSERT INTO public.events VALUES (62, 'waiting', 'W2026-000002', 'start', 'complete', '2026-03-03 02:00:00+00', '2', 1, NULL, NULL, 'east', '{"taxpayer_id":null,"office":"east","key_taxpayer":false,"arm":"current","started_by":"c1"}');
INSERT INTO public.events VALUES (63, 'waiting', 'W2026-000002', 'wait', 'schedule', '2026-03-03 02:00:00+00', '3', 1, NULL, NULL, 'east', '{}');
INSERT INTO public.events VALUES (71, 'paying', 'P2026-000002', 'start', 'complete', '2026-03-03 06:00:00+00', '2', 1, NULL, NULL, 'east', '{"taxpayer_id":null,"office":"east","key_taxpayer":false,"arm":"current","started_by":"c1"}');
INSERT INTO public.holdings VALUES (1, 'c1', 'clerk', 'east', NULL, NULL);
INSERT INTO public.holdings VALUES (2, 'c2', 'clerk', 'east', NULL, NULL);
INSERT INTO public.holdings VALUES (3, 'r1', 'reviewer', 'east', NULL, NULL);
INSERT INTO public.holdings VALUES (4, 'r2', 'reviewer', 'east', NULL, NULL);
INSERT INTO public.holdings VALUES (5, 'h1', 'head', 'east', NULL, NULL);
INSERT INTO public.holdings VALUES (6, 'l1', 'leader', 'city', NULL, NULL);
INSERT INTO public.kept_messages VALUES (1, 'W2026-000002', 'message', 'paid', 'wait', '3', '{"amount":{"$decimal":"3.10"}}', '2026-03-03 04:00:00+00');
INSERT INTO public.officers VALUES ('c1', '{"zh":"示例1"}', 'east', true);
INSERT INTO public.officers VALUES ('c2', '{"zh":"示例2"}', 'east', true);
INSERT INTO public.officers VALUES ('r1', '{"zh":"示例1"}', 'east', true);
INSERT INTO public.officers VALUES ('r2', '{"zh":"示例2"}', 'east', true);
INSERT INTO public.officers VALUES ('h1', '{"zh":"示例"}', 'east', true);
INSERT INTO public.officers VALUES ('l1', '{"zh":"示例"}', 'city', true);
INSERT INTO public.offices VALUES ('city', '{"zh":"市局","en":"Bureau"}', NULL, 0);
INSERT INTO public.offices VALUES ('east', '{"zh":"东所","en":"East office"}', 'city', 1);
INSERT INTO public.outgoing_messages VALUES (1, 'treasury', 'P2026-000001', 'order', 'pay_out_order', 'treasury', 'P2026-000001', '{"order":"P2026-000001-20260303050000","amount":{"$decimal":"12.50"},"account":"1","payee":"x"}', '2026-03-03 05:00:00+00', '2026-03-03 05:00:00+00', NULL, 0, NULL);
INSERT INTO public.posts VALUES ('clerk', '{"zh":"clerk","en":"clerk"}', '["work"]');
INSERT INTO public.posts VALUES ('reviewer', '{"zh":"reviewer","en":"reviewer"}', '["work"]');
INSERT INTO public.posts VALUES ('head', '{"zh":"head","en":"head"}', '["manage","work"]');
INSERT INTO public.posts VALUES ('leader', '{"zh":"leader","en":"leader"}', '["work"]');
INSERT INTO public.procedure_sources VALUES (1, 'procedure.toml', '\x6b6579203d2022726566756e64220a63617465676f7279203d2022617070726f76616c220a6c6567616c5f6261736973203d205b5d0a0a5b6e616d655d0a7a68203d2022726566756e64220a656e203d2022726566756e64220a0a5b6465736372697074696f6e5d0a7a68203d2022726566756e64220a656e203d2022726566756e64220a0a5b5b706f73745d5d0a6b6579203d2022636c65726b220a7a68203d2022636c65726b220a656e203d2022636c65726b220a0a5b5b706f73745d5d0a6b6579203d202268656164220a7a68203d202268656164220a656e203d202268656164220a0a5b5b706f73745d5d0a6b6579203d20226c6561646572220a7a68203d20226c6561646572220a656e203d20226c6561646572220a0a5b5b706f73745d5d0a6b6579203d20227265766965776572220a7a68203d20227265766965776572220a656e203d20227265766965776572220a0a');
INSERT INTO public.procedure_sources VALUES (1, 'refund.bpmn', '\x3c3f786d6c2076657273696f6e3d22312e302220656e636f64696e673d225554462d38223f3e0a3c62706d6e3a646566696e6974696f6e7320786d6c6e733a62706d6e3d22687474703a2f2f7777772e6f6d672e6f72672f737065632f42504d4e2f32303130303532342f4d4f44454c2220786d6c6e733a62706d6e64693d22687474703a2f2f7777772e6f6d672e6f72672f737065632f42504d4e2f32303130303532342f44492220786d6c6e733a64633d22687474703a2f2f7777772e6f6d672e6f72672f737065632f44442f32303130303532342f44432220786d6c6e733a64693d22687474703a2f2f7777772e6f6d672e6f72672f737065632f44442f32303130303532342f44492220786d6c6e733a716a3d2275726e3a7169616e676a693a62706d6e2220786d6c6e733a7873693d22687474703a2f2f7777772e77332e6f72672f323030312f584d4c536368656d612d696e7374616e6365222069643d22446566696e6974696f6e735f726566756e6422207461726765744e616d6573706163653d2275726e3a7169616e676a693a70726f63656475726573222065787072657373696f6e4c616e67756167653d2268747470733a2f2f7777772e6f6d672e6f72672f737065632f444d4e2f32303139313131312f4645454c2f223e0a20203c62706d6e3a70726f636573732069643d22726566756e6422206e616d653d22726566756e642220697345786563757461626c653d2274727565223e0a202020203c62706d6e3a6c616e655365743e0a2020202020203c62706d6e3a6c616e652069643d226465736b2220716a3a706f7374733d22636c65726b223e0a20202020202020203c62706d6e3a666c6f774e6f64655265663e73746172743c2f62706d6e3a666c6f774e6f64655265663e0a20202020202020203c62706d6e3a666c6f774e6f64655265663e6d3c2f62706d6e3a666c6f774e6f64655265663e0a20202020202020203c62706d6e3a666c6f774e6f64655265663e6163636570743c2f62706d6e3a666c6f774e6f64655265663e0a20202020202020203c62706d6e3a666c6f774e6f64655265663e733c2f62706d6e3a666c6f774e6f64655265663e0a20202020202020203c62706d6e3a666c6f774e6f64655265663e617272656172733c2f62706d6e3a666c6f774e6f64655265663e0a20202020202020203c62706d6e3a666c6f774e6f64655265663e6163636f756e743c2f62706d6e3a666c6f774e6f64655265663e0a20202020202020203c62706d6e3a666c6f774e6f64655265663e6a3c2f62706d6e3a666c6f774e6f64655265663e0a20202020202020203c62706d6e3a666c6f774e6f64655265663e617070726f76653c2f62706d6e3a666c6f774e6f64655265663e0a20202020202020203c62706d6e3a666c6f774e6f64655265663e643c2f62706d6e3a666c6f774e6f64655265663e0a20202020202020203c62706d6e3a666c6f774e6f64655265663e656e643c2f62706d6e3a666c6f774e6f64655265663e0a2020202020203c2f62706d6e3a6c616e653e0a202020203c2f62706d6e3a6c616e655365743e0a202020203c62706d6e3a73746172744576656e742069643d227374617274223e0a2020202020203c62706d6e3a6f7574676f696e673e73746172745f5f6d3c2f62706d6e3a6f7574676f696e673e0a202020203c2f62706d6e3a73746172744576656e743e0a202020203c62706d6e3a6578636c7573697665476174657761792069643d226d223e0a2020202020203c62706d6e3a696e636f6d696e673e73746172745f5f6d3c2f62706d6e3a696e636f6d696e673e0a2020202020203c62706d6e3a696e636f6d696e673e645f5f6d3c2f62706d6e3a696e636f6d696e673e0a2020202020203c62706d6e3a6f7574676f696e673e6d5f5f6163636570743c2f62706d6e3a6f7574676f696e673e0a202020203c2f62706d6e3a6578636c7573697665476174657761793e0a202020203c62706d6e3a757365725461736b2069643d226163636570742220716a3a666f726d3d22616363657074223e0a2020202020203c62706d6e3a696e636f6d696e673e6d5f5f6163636570743c2f62706d6e3a696e636f6d696e673e0a2020202020203c62706d6e3a6f7574676f696e673e6163636570745f5f733c2f62706d6e3a6f7574676f696e673e0a202020203c2f62706d6e3a757365725461736b3e0a202020203c62706d6e3a706172616c6c656c476174657761792069643d2273223e0a2020202020203c62706d6e3a696e636f6d696e673e6163636570745f5f733c2f62706d6e3a696e636f6d696e673e0a2020202020203c62706d6e3a6f7574676f696e673e735f5f617272656172733c2f62706d6e3a6f7574676f696e673e0a2020202020203c62706d6e3a6f7574676f696e673e735f5f6163636f756e743c2f62706d6e3a6f7574676f696e673e0a202020203c2f62706d6e3a706172616c6c656c476174657761793e0a202020203c62706d6e3a757365725461736b2069643d2261727265617273223e0a2020202020203c62706d6e3a696e636f6d696e673e735f5f617272656172733c2f62706d6e3a696e636f6d696e673e0a2020202020203c62706d6e3a6f7574676f696e673e617272656172735f5f6a3c2f62706d6e3a6f7574676f696e673e0a202020203c2f62706d6e3a757365725461736b3e0a202020203c62706d6e3a757365725461736b2069643d226163636f756e74223e0a2020202020203c62706d6e3a696e636f6d696e673e735f5f6163636f756e743c2f62706d6e3a696e636f6d696e673e0a2020202020203c62706d6e3a6f7574676f696e673e6163636f756e745f5f6a3c2f62706d6e3a6f7574676f696e673e0a202020203c2f62706d6e3a757365725461736b3e0a202020203c62706d6e3a706172616c6c656c476174657761792069643d226a223e0a2020202020203c62706d6e3a696e636f6d696e673e617272656172735f5f6a3c2f62706d6e3a696e636f6d696e673e0a2020202020203c62706d6e3a696e636f6d696e673e6163636f756e745f5f6a3c2f62706d6e3a696e636f6d696e673e0a2020202020203c62706d6e3a6f7574676f696e673e6a5f5f617070726f76653c2f62706d6e3a6f7574676f696e673e0a202020203c2f62706d6e3a706172616c6c656c476174657761793e0a202020203c62706d6e3a757365725461736b2069643d22617070726f76652220716a3a666f726d3d22617070726f76652220716a3a706f7374733d22726576696577657220636c65726b2220716a3a666f7572457965733d22616363657074223e0a2020202020203c62706d6e3a696e636f6d696e673e6a5f5f617070726f76653c2f62706d6e3a696e636f6d696e673e0a2020202020203c62706d6e3a6f7574676f696e673e617070726f76655f5f643c2f62706d6e3a6f7574676f696e673e0a202020203c2f62706d6e3a757365725461736b3e0a202020203c62706d6e3a6578636c7573697665476174657761792069643d2264222064656661756c743d22645f5f656e64223e0a2020202020203c62706d6e3a696e636f6d696e673e617070726f76655f5f643c2f62706d6e3a696e636f6d696e673e0a2020202020203c62706d6e3a6f7574676f696e673e645f5f656e643c2f62706d6e3a6f7574676f696e673e0a2020202020203c62706d6e3a6f7574676f696e673e645f5f6d3c2f62706d6e3a6f7574676f696e673e0a202020203c2f62706d6e3a6578636c7573697665476174657761793e0a202020203c62706d6e3a656e644576656e742069643d22656e64223e0a2020202020203c62706d6e3a696e636f6d696e673e645f5f656e643c2f62706d6e3a696e636f6d696e673e0a202020203c2f62706d6e3a656e644576656e743e0a202020203c62706d6e3a73657175656e6365466c6f772069643d2273746172745f5f6d2220736f757263655265663d22737461727422207461726765745265663d226d222f3e0a202020203c62706d6e3a73657175656e6365466c6f772069643d226d5f5f6163636570742220736f757263655265663d226d22207461726765745265663d22616363657074222f3e0a202020203c62706d6e3a73657175656e6365466c6f772069643d226163636570745f5f732220736f757263655265663d2261636365707422207461726765745265663d2273222f3e0a202020203c62706d6e3a73657175656e6365466c6f772069643d22735f5f617272656172732220736f757263655265663d227322207461726765745265663d2261727265617273222f3e0a202020203c62706d6e3a73657175656e6365466c6f772069643d22617272656172735f5f6a2220736f757263655265663d226172726561727322207461726765745265663d226a222f3e0a202020203c62706d6e3a73657175656e6365466c6f772069643d226a5f5f617070726f76652220736f757263655265663d226a22207461726765745265663d22617070726f7665222f3e0a202020203c62706d6e3a73657175656e6365466c6f772069643d22617070726f76655f5f642220736f757263655265663d22617070726f766522207461726765745265663d2264222f3e0a202020203c62706d6e3a73657175656e6365466c6f772069643d22645f5f656e642220736f757263655265663d226422207461726765745265663d22656e64222f3e0a202020203c62706d6e3a73657175656e6365466c6f772069643d22735f5f6163636f756e742220736f757263655265663d227322207461726765745265663d226163636f756e74222f3e0a202020203c62706d6e3a73657175656e6365466c6f772069643d226163636f756e745f5f6a2220736f757263655265663d226163636f756e7422207461726765745265663d226a222f3e0a202020203c62706d6e3a73657175656e6365466c6f772069643d22645f5f6d2220736f757263655265663d226422207461726765745265663d226d223e0a2020202020203c62706d6e3a636f6e646974696f6e45787072657373696f6e207873693a747970653d2262706d6e3a74466f726d616c45787072657373696f6e223e617070726f76655f6f7574636f6d65203d202272657475726e223c2f62706d6e3a636f6e646974696f6e45787072657373696f6e3e0a202020203c2f62706d6e3a73657175656e6365466c6f773e0a20203c2f62706d6e3a70726f636573733e0a3c2f62706d6e3a646566696e6974696f6e733e0a');
INSERT INTO public.procedure_sources VALUES (1, 'forms/accept.json', '\x7b2274797065223a202264656661756c74222c20226964223a2022616363657074222c2022636f6d706f6e656e7473223a205b7b2274797065223a2022726164696f222c20226b6579223a20226163636570745f6f7574636f6d65222c20226c6162656c223a20226163636570745f6f7574636f6d65222c202276616c756573223a205b7b226c6162656c223a202270617373222c202276616c7565223a202270617373227d2c207b226c6162656c223a202272656a656374222c202276616c7565223a202272656a656374227d5d2c202276616c6964617465223a207b227265717569726564223a20747275657d7d2c207b2274797065223a20226e756d626572222c20226b6579223a2022616d6f756e74222c20226c6162656c223a2022616d6f756e74222c202276616c6964617465223a207b226d696e223a20302c20227265717569726564223a20747275657d7d2c207b2274797065223a2022746578746669656c64222c20226b6579223a202272656d61726b222c20226c6162656c223a202272656d61726b222c202276616c6964617465223a207b7d7d5d7d');
INSERT INTO public.procedure_sources VALUES (1, 'forms/approve.json', '\x7b2274797065223a202264656661756c74222c20226964223a2022617070726f7665222c2022636f6d706f6e656e7473223a205b7b2274797065223a2022726164696f222c20226b6579223a2022617070726f76655f6f7574636f6d65222c20226c6162656c223a2022617070726f76655f6f7574636f6d65222c202276616c756573223a205b7b226c6162656c223a202270617373222c202276616c7565223a202270617373227d2c207b226c6162656c223a202272657475726e222c202276616c7565223a202272657475726e227d5d2c202276616c6964617465223a207b227265717569726564223a20747275657d7d2c207b2274797065223a2022746578746669656c64222c20226b6579223a2022617070726f76655f72656d61726b222c20226c6162656c223a2022617070726f76655f72656d61726b222c202276616c6964617465223a207b7d7d5d7d');
INSERT INTO public.procedure_sources VALUES (2, 'procedure.toml', '\x6b6579203d202277616974696e67220a63617465676f7279203d2022617070726f76616c220a6c6567616c5f6261736973203d205b5d0a0a5b6e616d655d0a7a68203d202277616974696e67220a656e203d202277616974696e67220a0a5b6465736372697074696f6e5d0a7a68203d202277616974696e67220a656e203d202277616974696e67220a0a');
INSERT INTO public.procedure_sources VALUES (2, 'waiting.bpmn', '\x3c3f786d6c2076657273696f6e3d22312e302220656e636f64696e673d225554462d38223f3e0a3c62706d6e3a646566696e6974696f6e7320786d6c6e733a62706d6e3d22687474703a2f2f7777772e6f6d672e6f72672f737065632f42504d4e2f32303130303532342f4d4f44454c2220786d6c6e733a62706d6e64693d22687474703a2f2f7777772e6f6d672e6f72672f737065632f42504d4e2f32303130303532342f44492220786d6c6e733a64633d22687474703a2f2f7777772e6f6d672e6f72672f737065632f44442f32303130303532342f44432220786d6c6e733a64693d22687474703a2f2f7777772e6f6d672e6f72672f737065632f44442f32303130303532342f44492220786d6c6e733a716a3d2275726e3a7169616e676a693a62706d6e2220786d6c6e733a7873693d22687474703a2f2f7777772e77332e6f72672f323030312f584d4c536368656d612d696e7374616e6365222069643d22446566696e6974696f6e735f77616974696e6722207461726765744e616d6573706163653d2275726e3a7169616e676a693a70726f63656475726573222065787072657373696f6e4c616e67756167653d2268747470733a2f2f7777772e6f6d672e6f72672f737065632f444d4e2f32303139313131312f4645454c2f223e0a20203c62706d6e3a70726f636573732069643d2277616974696e6722206e616d653d2277616974696e672220697345786563757461626c653d2274727565223e0a202020203c62706d6e3a73746172744576656e742069643d227374617274223e0a2020202020203c62706d6e3a6f7574676f696e673e73746172745f5f776169743c2f62706d6e3a6f7574676f696e673e0a202020203c2f62706d6e3a73746172744576656e743e0a202020203c62706d6e3a726563656976655461736b2069643d22776169742220716a3a636f7272656c6174696f6e3d22636173655f6e756d62657222206d6573736167655265663d224d6573736167655f70616964223e0a2020202020203c62706d6e3a696e636f6d696e673e73746172745f5f776169743c2f62706d6e3a696e636f6d696e673e0a2020202020203c62706d6e3a6f7574676f696e673e776169745f5f656e643c2f62706d6e3a6f7574676f696e673e0a202020203c2f62706d6e3a726563656976655461736b3e0a202020203c62706d6e3a626f756e646172794576656e742069643d226c61746522206174746163686564546f5265663d2277616974223e0a2020202020203c62706d6e3a6f7574676f696e673e6c6174655f5f676f6e653c2f62706d6e3a6f7574676f696e673e0a2020202020203c62706d6e3a74696d65724576656e74446566696e6974696f6e20716a3a776f726b696e673d2274727565223e0a20202020202020203c62706d6e3a74696d654475726174696f6e207873693a747970653d2262706d6e3a74466f726d616c45787072657373696f6e223e5033443c2f62706d6e3a74696d654475726174696f6e3e0a2020202020203c2f62706d6e3a74696d65724576656e74446566696e6974696f6e3e0a202020203c2f62706d6e3a626f756e646172794576656e743e0a202020203c62706d6e3a656e644576656e742069643d22656e64223e0a2020202020203c62706d6e3a696e636f6d696e673e776169745f5f656e643c2f62706d6e3a696e636f6d696e673e0a202020203c2f62706d6e3a656e644576656e743e0a202020203c62706d6e3a656e644576656e742069643d22676f6e65223e0a2020202020203c62706d6e3a696e636f6d696e673e6c6174655f5f676f6e653c2f62706d6e3a696e636f6d696e673e0a202020203c2f62706d6e3a656e644576656e743e0a202020203c62706d6e3a73657175656e6365466c6f772069643d2273746172745f5f776169742220736f757263655265663d22737461727422207461726765745265663d2277616974222f3e0a202020203c62706d6e3a73657175656e6365466c6f772069643d22776169745f5f656e642220736f757263655265663d227761697422207461726765745265663d22656e64222f3e0a202020203c62706d6e3a73657175656e6365466c6f772069643d226c6174655f5f676f6e652220736f757263655265663d226c61746522207461726765745265663d22676f6e65222f3e0a20203c2f62706d6e3a70726f636573733e0a20203c62706d6e3a6d6573736167652069643d224d6573736167655f7061696422206e616d653d2270616964222f3e0a3c2f62706d6e3a646566696e6974696f6e733e0a');
INSERT INTO public.procedure_sources VALUES (3, 'procedure.toml', '\x6b6579203d2022706179696e67220a63617465676f7279203d2022617070726f76616c220a6c6567616c5f6261736973203d205b5d0a0a5b6e616d655d0a7a68203d2022706179696e67220a656e203d2022706179696e67220a0a5b6465736372697074696f6e5d0a7a68203d2022706179696e67220a656e203d2022706179696e67220a0a5b5b706f73745d5d0a6b6579203d2022636c65726b220a7a68203d2022636c65726b220a656e203d2022636c65726b220a0a5b5b706f73745d5d0a6b6579203d202268656164220a7a68203d202268656164220a656e203d202268656164220a0a');
INSERT INTO public.procedure_sources VALUES (3, 'paying.bpmn', '\x3c3f786d6c2076657273696f6e3d22312e302220656e636f64696e673d225554462d38223f3e0a3c62706d6e3a646566696e6974696f6e7320786d6c6e733a62706d6e3d22687474703a2f2f7777772e6f6d672e6f72672f737065632f42504d4e2f32303130303532342f4d4f44454c2220786d6c6e733a62706d6e64693d22687474703a2f2f7777772e6f6d672e6f72672f737065632f42504d4e2f32303130303532342f44492220786d6c6e733a64633d22687474703a2f2f7777772e6f6d672e6f72672f737065632f44442f32303130303532342f44432220786d6c6e733a64693d22687474703a2f2f7777772e6f6d672e6f72672f737065632f44442f32303130303532342f44492220786d6c6e733a716a3d2275726e3a7169616e676a693a62706d6e2220786d6c6e733a7873693d22687474703a2f2f7777772e77332e6f72672f323030312f584d4c536368656d612d696e7374616e6365222069643d22446566696e6974696f6e735f706179696e6722207461726765744e616d6573706163653d2275726e3a7169616e676a693a70726f63656475726573222065787072657373696f6e4c616e67756167653d2268747470733a2f2f7777772e6f6d672e6f72672f737065632f444d4e2f32303139313131312f4645454c2f223e0a20203c62706d6e3a70726f636573732069643d22706179696e6722206e616d653d22706179696e672220697345786563757461626c653d2274727565223e0a202020203c62706d6e3a73746172744576656e742069643d227374617274223e0a2020202020203c62706d6e3a6f7574676f696e673e73746172745f5f6f726465723c2f62706d6e3a6f7574676f696e673e0a202020203c2f62706d6e3a73746172744576656e743e0a202020203c62706d6e3a736572766963655461736b2069643d226f726465722220716a3a736572766963653d2274726561737572792e6f726465725f7061795f6f7574223e0a2020202020203c62706d6e3a657874656e73696f6e456c656d656e74733e0a20202020202020203c716a3a696e707574206e616d653d22616d6f756e74222076616c75653d22616d6f756e74222f3e0a20202020202020203c716a3a696e707574206e616d653d226163636f756e74222076616c75653d222671756f743b312671756f743b222f3e0a20202020202020203c716a3a696e707574206e616d653d227061796565222076616c75653d222671756f743b782671756f743b222f3e0a2020202020203c2f62706d6e3a657874656e73696f6e456c656d656e74733e0a2020202020203c62706d6e3a696e636f6d696e673e73746172745f5f6f726465723c2f62706d6e3a696e636f6d696e673e0a2020202020203c62706d6e3a6f7574676f696e673e6f726465725f5f656e7465723c2f62706d6e3a6f7574676f696e673e0a202020203c2f62706d6e3a736572766963655461736b3e0a202020203c62706d6e3a736572766963655461736b2069643d22656e7465722220716a3a736572766963653d227265636f72642e7772697465223e0a2020202020203c62706d6e3a657874656e73696f6e456c656d656e74733e0a20202020202020203c716a3a696e707574206e616d653d227265676973746572222076616c75653d222671756f743b726566756e64732671756f743b222f3e0a20202020202020203c716a3a696e707574206e616d653d227375626a656374222076616c75653d22636173655f6e756d626572222f3e0a2020202020203c2f62706d6e3a657874656e73696f6e456c656d656e74733e0a2020202020203c62706d6e3a696e636f6d696e673e6f726465725f5f656e7465723c2f62706d6e3a696e636f6d696e673e0a2020202020203c62706d6e3a6f7574676f696e673e656e7465725f5f6c6f6f6b3c2f62706d6e3a6f7574676f696e673e0a202020203c2f62706d6e3a736572766963655461736b3e0a202020203c62706d6e3a757365725461736b2069643d226c6f6f6b2220716a3a706f7374733d22636c65726b223e0a2020202020203c62706d6e3a696e636f6d696e673e656e7465725f5f6c6f6f6b3c2f62706d6e3a696e636f6d696e673e0a2020202020203c62706d6e3a6f7574676f696e673e6c6f6f6b5f5f656e643c2f62706d6e3a6f7574676f696e673e0a202020203c2f62706d6e3a757365725461736b3e0a202020203c62706d6e3a656e644576656e742069643d22656e64223e0a2020202020203c62706d6e3a696e636f6d696e673e6c6f6f6b5f5f656e643c2f62706d6e3a696e636f6d696e673e0a202020203c2f62706d6e3a656e644576656e743e0a202020203c62706d6e3a73657175656e6365466c6f772069643d2273746172745f5f6f726465722220736f757263655265663d22737461727422207461726765745265663d226f72646572222f3e0a202020203c62706d6e3a73657175656e6365466c6f772069643d226f726465725f5f656e7465722220736f757263655265663d226f7264657222207461726765745265663d22656e746572222f3e0a202020203c62706d6e3a73657175656e6365466c6f772069643d22656e7465725f5f6c6f6f6b2220736f757263655265663d22656e74657222207461726765745265663d226c6f6f6b222f3e0a202020203c62706d6e3a73657175656e6365466c6f772069643d226c6f6f6b5f5f656e642220736f757263655265663d226c6f6f6b22207461726765745265663d22656e64222f3e0a20203c2f62706d6e3a70726f636573733e0a3c2f62706d6e3a646566696e6974696f6e733e0a');
INSERT INTO public.procedure_versions VALUES (1, 'refund', 1, '2df1c9390a339826944965dbb4d03b6520e156d7b91ebca26e23dabf1b27ed4b', '{"zh":"refund","en":"refund"}', 'active', NULL, NULL, '2026-03-02 04:00:00+00', '2026-03-02 04:00:00+00', '');
INSERT INTO public.procedure_versions VALUES (2, 'waiting', 1, '2d850e63372f748a8782a6c25a59c79a2f4dc5484d9c5fe047c49e85db63fdfd', '{"zh":"waiting","en":"waiting"}', 'active', NULL, NULL, '2026-03-02 05:00:00+00', '2026-03-02 05:00:00+00', '');
INSERT INTO public.procedure_versions VALUES (3, 'paying', 1, 'dd5e733ead27d276a1a4e64477ecbb0c0454f0995d290f9bde1d9f4baae74828', '{"zh":"paying","en":"paying"}', 'active', NULL, NULL, '2026-03-02 06:00:00+00', '2026-03-02 06:00:00+00', '');
INSERT INTO public.records VALUES (1, 'refunds', 'P2026-000001', 'P2026-000001', '{"case_number":"P2026-000001","activity":"enter"}', '2026-03-03 05:00:00+00');
INSERT INTO public.subscriptions VALUES (1, 'message', 'waiting', 'W2026-000001', 'wait', '3', 'paid', 'W2026-000001', '2026-03-03 01:00:00+00');
INSERT INTO public.subscriptions VALUES (2, 'message', 'waiting', 'W2026-000002', 'wait', '3', 'paid', 'W2026-000002', '2026-03-03 02:00:00+00');
INSERT INTO public.tasks VALUES (1, 'R2026-000001', 'refund', 'accept', '4', 'assigned', NULL, 'accept', 'clerk', '["clerk"]', 'east', 'c1', NULL, '2026-03-02 07:00:00+00', '2026-03-02 07:00:00+00', NULL, NULL, NULL, '{"key":"longest_idle","load":0,"candidates":2}', NULL, NULL);
INSERT INTO public.tasks VALUES (2, 'R2026-000002', 'refund', 'accept', '4', 'completed', NULL, 'accept', 'clerk', '["clerk"]', 'east', 'c2', NULL, '2026-03-02 08:00:00+00', '2026-03-02 08:00:00+00', '2026-03-02 09:00:00+00', '2026-03-02 09:00:00+00', NULL, '{"key":"lowest_load","load":0,"candidates":2}', NULL, '{"accept_outcome":"pass","amount":{"$decimal":"1000.50"}}');
INSERT INTO public.tasks VALUES (4, 'R2026-000002', 'refund', 'account', '7', 'assigned', NULL, NULL, 'clerk', '["clerk"]', 'east', 'c2', NULL, '2026-03-02 09:00:00+00', '2026-03-02 09:00:00+00', NULL, NULL, NULL, '{"key":"lowest_load","load":1,"candidates":2}', NULL, NULL);
INSERT INTO public.tasks VALUES (3, 'R2026-000002', 'refund', 'arrears', '6', 'completed', NULL, NULL, 'clerk', '["clerk"]', 'east', 'c1', NULL, '2026-03-02 09:00:00+00', '2026-03-02 09:00:00+00', '2026-03-02 10:00:00+00', '2026-03-02 10:00:00+00', NULL, '{"key":"longest_idle","load":1,"candidates":2}', NULL, '{}');
INSERT INTO public.tasks VALUES (5, 'R2026-000003', 'refund', 'accept', '4', 'completed', NULL, 'accept', 'clerk', '["clerk"]', 'east', 'c2', NULL, '2026-03-02 11:00:00+00', '2026-03-02 11:00:00+00', '2026-03-02 12:00:00+00', '2026-03-02 12:00:00+00', NULL, '{"key":"longest_idle","load":1,"candidates":2}', NULL, '{"accept_outcome":"pass","amount":{"$decimal":"1000.50"}}');
INSERT INTO public.tasks VALUES (6, 'R2026-000003', 'refund', 'arrears', '6', 'completed', NULL, NULL, 'clerk', '["clerk"]', 'east', 'c1', NULL, '2026-03-02 12:00:00+00', '2026-03-02 12:00:00+00', '2026-03-02 13:00:00+00', '2026-03-02 13:00:00+00', NULL, '{"key":"lowest_load","load":1,"candidates":2}', NULL, '{}');
INSERT INTO public.tasks VALUES (7, 'R2026-000003', 'refund', 'account', '7', 'completed', NULL, NULL, 'clerk', '["clerk"]', 'east', 'c2', NULL, '2026-03-02 12:00:00+00', '2026-03-02 12:00:00+00', '2026-03-02 14:00:00+00', '2026-03-02 14:00:00+00', NULL, '{"key":"longest_idle","load":2,"candidates":2}', NULL, '{}');
INSERT INTO public.tasks VALUES (8, 'R2026-000003', 'refund', 'approve', '10', 'completed', NULL, 'approve', 'reviewer', '["reviewer","clerk"]', 'east', 'r1', NULL, '2026-03-02 14:00:00+00', '2026-03-02 14:00:00+00', '2026-03-02 15:00:00+00', '2026-03-02 15:00:00+00', NULL, '{"key":"longest_idle","load":0,"candidates":3}', NULL, '{"approve_outcome":"return"}');
INSERT INTO public.tasks VALUES (9, 'R2026-000003', 'refund', 'accept', '13', 'assigned', NULL, 'accept', 'clerk', '["clerk"]', 'east', 'c1', NULL, '2026-03-02 15:00:00+00', '2026-03-02 15:00:00+00', NULL, NULL, NULL, '{"key":"longest_idle","load":1,"candidates":2}', NULL, NULL);
INSERT INTO public.tasks VALUES (10, 'R2026-000004', 'refund', 'accept', '4', 'completed', NULL, 'accept', 'clerk', '["clerk"]', 'east', 'c2', NULL, '2026-03-02 16:00:00+00', '2026-03-02 16:00:00+00', '2026-03-02 17:00:00+00', '2026-03-02 17:00:00+00', NULL, '{"key":"lowest_load","load":1,"candidates":2}', NULL, '{"accept_outcome":"pass","amount":{"$decimal":"1000.50"}}');
INSERT INTO public.tasks VALUES (11, 'R2026-000004', 'refund', 'arrears', '6', 'completed', NULL, NULL, 'clerk', '["clerk"]', 'east', 'c1', NULL, '2026-03-02 17:00:00+00', '2026-03-02 17:00:00+00', '2026-03-02 18:00:00+00', '2026-03-02 18:00:00+00', NULL, '{"key":"longest_idle","load":2,"candidates":2}', NULL, '{}');
INSERT INTO public.tasks VALUES (12, 'R2026-000004', 'refund', 'account', '7', 'completed', NULL, NULL, 'clerk', '["clerk"]', 'east', 'c2', NULL, '2026-03-02 17:00:00+00', '2026-03-02 17:00:00+00', '2026-03-02 19:00:00+00', '2026-03-02 19:00:00+00', NULL, '{"key":"lowest_load","load":2,"candidates":2}', NULL, '{}');
INSERT INTO public.tasks VALUES (13, 'R2026-000004', 'refund', 'approve', '10', 'completed', NULL, 'approve', 'reviewer', '["reviewer","clerk"]', 'east', 'r2', NULL, '2026-03-02 19:00:00+00', '2026-03-02 19:00:00+00', '2026-03-02 20:00:00+00', '2026-03-02 20:00:00+00', NULL, '{"key":"longest_idle","load":0,"candidates":3}', NULL, '{"approve_outcome":"pass"}');
INSERT INTO public.tasks VALUES (14, 'R2026-000005', 'refund', 'accept', '4', 'suspended', 'assigned', 'accept', 'clerk', '["clerk"]', 'east', 'c2', NULL, '2026-03-02 21:00:00+00', '2026-03-02 21:00:00+00', NULL, NULL, NULL, '{"key":"lowest_load","load":1,"candidates":2}', NULL, NULL);
INSERT INTO public.tasks VALUES (15, 'R2026-000006', 'refund', 'accept', '4', 'withdrawn', NULL, 'accept', 'clerk', '["clerk"]', 'east', 'c2', NULL, '2026-03-02 23:00:00+00', '2026-03-02 23:00:00+00', NULL, '2026-03-03 00:00:00+00', NULL, '{"key":"lowest_load","load":1,"candidates":2}', NULL, NULL);
INSERT INTO public.tasks VALUES (16, 'P2026-000001', 'paying', 'look', '5', 'assigned', NULL, NULL, 'clerk', '["clerk"]', 'east', 'c2', NULL, '2026-03-03 05:00:00+00', '2026-03-03 05:00:00+00', NULL, NULL, NULL, '{"key":"lowest_load","load":1,"candidates":2}', NULL, NULL);
INSERT INTO public.timers VALUES (1, 'timer', 'waiting', 'W2026-000001', 'late', '4', '2026-03-06 09:30:00+00', NULL, 0);
INSERT INTO public.timers VALUES (2, 'timer', 'waiting', 'W2026-000002', 'late', '4', '2026-03-06 09:30:00+00', NULL, 0);
INSERT INTO public.timers VALUES (3, 'retry', 'paying', 'P2026-000002', 'order', '3', '2026-03-03 06:01:00+00', NULL, 1);
SELECT pg_catalog.setval('public.absences_id_seq', 1, false);
SELECT pg_catalog.setval('public.events_position_seq', 71, true);
SELECT pg_catalog.setval('public.failed_sign_ins_id_seq', 1, false);
SELECT pg_catalog.setval('public.holdings_id_seq', 6, true);
SELECT pg_catalog.setval('public.incidents_id_seq', 1, false);
SELECT pg_catalog.setval('public.kept_messages_id_seq', 1, true);
SELECT pg_catalog.setval('public.outgoing_messages_id_seq', 1, true);
SELECT pg_catalog.setval('public.procedure_versions_id_seq', 3, true);
SELECT pg_catalog.setval('public.records_id_seq', 1, true);
SELECT pg_catalog.setval('public.redesign_promises_id_seq', 1, false);
SELECT pg_catalog.setval('public.redesign_proposals_id_seq', 1, false);
SELECT pg_catalog.setval('public.redesign_trials_id_seq', 1, false);
SELECT pg_catalog.setval('public.subscriptions_id_seq', 2, true);
SELECT pg_catalog.setval('public.tasks_id_seq', 16, true);
SELECT pg_catalog.setval('public.timers_id_seq', 3, true);
ALTER TABLE ONLY public.accounts
    ADD CONSTRAINT accounts_pkey PRIMARY KEY (officer);
ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);
ALTER TABLE ONLY public.events
    ADD CONSTRAINT events_pkey PRIMARY KEY ("position");
ALTER TABLE ONLY public.failed_sign_ins
    ADD CONSTRAINT failed_sign_ins_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.absences
    ADD CONSTRAINT pk_absences PRIMARY KEY (id);
ALTER TABLE ONLY public.case_counters
    ADD CONSTRAINT pk_case_counters PRIMARY KEY (prefix);
ALTER TABLE ONLY public.cases
    ADD CONSTRAINT pk_cases PRIMARY KEY (number);
ALTER TABLE ONLY public.clock_starts
    ADD CONSTRAINT pk_clock_starts PRIMARY KEY (procedure, key);
ALTER TABLE ONLY public.holdings
    ADD CONSTRAINT pk_holdings PRIMARY KEY (id);
ALTER TABLE ONLY public.incidents
    ADD CONSTRAINT pk_incidents PRIMARY KEY (id);
ALTER TABLE ONLY public.kept_messages
    ADD CONSTRAINT pk_kept_messages PRIMARY KEY (id);
ALTER TABLE ONLY public.key_accounts
    ADD CONSTRAINT pk_key_accounts PRIMARY KEY (taxpayer_id);
ALTER TABLE ONLY public.officers
    ADD CONSTRAINT pk_officers PRIMARY KEY (code);
ALTER TABLE ONLY public.offices
    ADD CONSTRAINT pk_offices PRIMARY KEY (key);
ALTER TABLE ONLY public.outgoing_messages
    ADD CONSTRAINT pk_outgoing_messages PRIMARY KEY (id);
ALTER TABLE ONLY public.posts
    ADD CONSTRAINT pk_posts PRIMARY KEY (key);
ALTER TABLE ONLY public.procedure_sources
    ADD CONSTRAINT pk_procedure_sources PRIMARY KEY (version, path);
ALTER TABLE ONLY public.procedure_versions
    ADD CONSTRAINT pk_procedure_versions PRIMARY KEY (id);
ALTER TABLE ONLY public.records
    ADD CONSTRAINT pk_records PRIMARY KEY (id);
ALTER TABLE ONLY public.subscriptions
    ADD CONSTRAINT pk_subscriptions PRIMARY KEY (id);
ALTER TABLE ONLY public.tasks
    ADD CONSTRAINT pk_tasks PRIMARY KEY (id);
ALTER TABLE ONLY public.timers
    ADD CONSTRAINT pk_timers PRIMARY KEY (id);
ALTER TABLE ONLY public.redesign_promises
    ADD CONSTRAINT redesign_promises_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.redesign_proposals
    ADD CONSTRAINT redesign_proposals_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.redesign_trials
    ADD CONSTRAINT redesign_trials_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.sign_ins
    ADD CONSTRAINT sign_ins_pkey PRIMARY KEY (token_hash);
ALTER TABLE ONLY public.procedure_versions
    ADD CONSTRAINT uq_procedure_versions_key UNIQUE (key, number);
ALTER TABLE ONLY public.tasks
    ADD CONSTRAINT uq_tasks_case UNIQUE ("case", instance);
CREATE INDEX events_of_case ON public.events USING btree (case_id, "position");
CREATE INDEX events_of_procedure ON public.events USING btree (procedure, "position");
CREATE INDEX failed_sign_ins_recent ON public.failed_sign_ins USING btree (at);
CREATE INDEX ix_absences_officer ON public.absences USING btree (officer);
CREATE INDEX ix_absences_stand_in ON public.absences USING btree (stand_in);
CREATE INDEX ix_absences_until ON public.absences USING btree (until);
CREATE INDEX ix_cases_due_at ON public.cases USING btree (due_at);
CREATE INDEX ix_cases_office ON public.cases USING btree (office);
CREATE INDEX ix_cases_opened ON public.cases USING btree (procedure, opened_at);
CREATE INDEX ix_cases_procedure_version ON public.cases USING btree (procedure, version, state);
CREATE INDEX ix_cases_state ON public.cases USING btree (state);
CREATE INDEX ix_cases_taxpayer_id ON public.cases USING btree (taxpayer_id);
CREATE INDEX ix_clock_starts_case ON public.clock_starts USING btree ("case");
CREATE INDEX ix_holdings_officer ON public.holdings USING btree (officer);
CREATE INDEX ix_holdings_post_office ON public.holdings USING btree (post, office);
CREATE INDEX ix_incidents_case ON public.incidents USING btree ("case");
CREATE INDEX ix_incidents_resolved_at ON public.incidents USING btree (resolved_at);
CREATE INDEX ix_kept_messages_case ON public.kept_messages USING btree ("case");
CREATE INDEX ix_outgoing_messages_case ON public.outgoing_messages USING btree ("case");
CREATE INDEX ix_outgoing_unsent ON public.outgoing_messages USING btree (next_try_at) WHERE (sent_at IS NULL);
CREATE INDEX ix_procedure_versions_digest ON public.procedure_versions USING btree (digest);
CREATE INDEX ix_procedure_versions_key ON public.procedure_versions USING btree (key);
CREATE INDEX ix_records_case ON public.records USING btree ("case");
CREATE INDEX ix_records_subject ON public.records USING btree (register, subject);
CREATE INDEX ix_redesign_promises_proposal_id ON public.redesign_promises USING btree (proposal_id);
CREATE INDEX ix_redesign_proposals_procedure ON public.redesign_proposals USING btree (procedure);
CREATE INDEX ix_redesign_trials_proposal_id ON public.redesign_trials USING btree (proposal_id);
CREATE INDEX ix_sign_ins_officer ON public.sign_ins USING btree (officer);
CREATE INDEX ix_subscriptions_case ON public.subscriptions USING btree ("case");
CREATE INDEX ix_subscriptions_name ON public.subscriptions USING btree (kind, name, correlation);
CREATE INDEX ix_tasks_due_at ON public.tasks USING btree (due_at);
CREATE INDEX ix_tasks_officer_completed ON public.tasks USING btree (officer, completed_at);
CREATE INDEX ix_tasks_officer_state ON public.tasks USING btree (officer, state);
CREATE INDEX ix_tasks_pool ON public.tasks USING btree (state, post, office);
CREATE INDEX ix_timers_case ON public.timers USING btree ("case");
CREATE INDEX ix_timers_due ON public.timers USING btree (due_at) WHERE (fired_at IS NULL);
CREATE TRIGGER events_refuse_change BEFORE DELETE OR UPDATE OR TRUNCATE ON public.events FOR EACH STATEMENT EXECUTE FUNCTION public.events_refuse_change();
ALTER TABLE ONLY public.absences
    ADD CONSTRAINT fk_absences_officer_officers FOREIGN KEY (officer) REFERENCES public.officers(code);
ALTER TABLE ONLY public.absences
    ADD CONSTRAINT fk_absences_stand_in_officers FOREIGN KEY (stand_in) REFERENCES public.officers(code);
ALTER TABLE ONLY public.clock_starts
    ADD CONSTRAINT fk_clock_starts_case_cases FOREIGN KEY ("case") REFERENCES public.cases(number);
ALTER TABLE ONLY public.holdings
    ADD CONSTRAINT fk_holdings_office_offices FOREIGN KEY (office) REFERENCES public.offices(key);
ALTER TABLE ONLY public.holdings
    ADD CONSTRAINT fk_holdings_officer_officers FOREIGN KEY (officer) REFERENCES public.officers(code);
ALTER TABLE ONLY public.holdings
    ADD CONSTRAINT fk_holdings_post_posts FOREIGN KEY (post) REFERENCES public.posts(key);
ALTER TABLE ONLY public.incidents
    ADD CONSTRAINT fk_incidents_case_cases FOREIGN KEY ("case") REFERENCES public.cases(number);
ALTER TABLE ONLY public.kept_messages
    ADD CONSTRAINT fk_kept_messages_case_cases FOREIGN KEY ("case") REFERENCES public.cases(number);
ALTER TABLE ONLY public.key_accounts
    ADD CONSTRAINT fk_key_accounts_officer_officers FOREIGN KEY (officer) REFERENCES public.officers(code);
ALTER TABLE ONLY public.officers
    ADD CONSTRAINT fk_officers_office_offices FOREIGN KEY (office) REFERENCES public.offices(key);
ALTER TABLE ONLY public.offices
    ADD CONSTRAINT fk_offices_parent_offices FOREIGN KEY (parent) REFERENCES public.offices(key);
ALTER TABLE ONLY public.outgoing_messages
    ADD CONSTRAINT fk_outgoing_messages_case_cases FOREIGN KEY ("case") REFERENCES public.cases(number);
ALTER TABLE ONLY public.procedure_sources
    ADD CONSTRAINT fk_procedure_sources_version_procedure_versions FOREIGN KEY (version) REFERENCES public.procedure_versions(id);
ALTER TABLE ONLY public.records
    ADD CONSTRAINT fk_records_case_cases FOREIGN KEY ("case") REFERENCES public.cases(number);
ALTER TABLE ONLY public.subscriptions
    ADD CONSTRAINT fk_subscriptions_case_cases FOREIGN KEY ("case") REFERENCES public.cases(number);
ALTER TABLE ONLY public.tasks
    ADD CONSTRAINT fk_tasks_case_cases FOREIGN KEY ("case") REFERENCES public.cases(number);
ALTER TABLE ONLY public.tasks
    ADD CONSTRAINT fk_tasks_officer_officers FOREIGN KEY (officer) REFERENCES public.officers(code);
ALTER TABLE ONLY public.timers
    ADD CONSTRAINT fk_timers_case_cases FOREIGN KEY ("case") REFERENCES public.cases(number);
ALTER TABLE ONLY public.redesign_promises
    ADD CONSTRAINT redesign_promises_proposal_id_fkey FOREIGN KEY (proposal_id) REFERENCES public.redesign_proposals(id);
ALTER TABLE ONLY public.redesign_trials
    ADD CONSTRAINT redesign_trials_promise_id_fkey FOREIGN KEY (promise_id) REFERENCES public.redesign_promises(id);
ALTER TABLE ONLY public.redesign_trials
    ADD CONSTRAINT redesign_trials_proposal_id_fkey FOREIGN KEY (proposal_id) REFERENCES public.redesign_proposals(id);
