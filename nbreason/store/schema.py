"""The tables, as migrations that are only ever appended to.

A turn keeps its `place` for good; asking again from the same cell adds a version, of which one is `current`.
`context` names the versions of earlier turns that a version was given; `kept` marks one whose answer was not asked
for again, `imported` one from an exported file, `surplus` one that its cell no longer asks.  `digest` is the hash of
the request; `question_digest` that of the same request without the turns above, in turns of 0.1 empty.  `change` holds
what `undo` takes back (`removed_how` served it before).  Images are stored once, by their hash.  What was spent is not
a table: it is in the answers.
"""

from __future__ import annotations

MIGRATIONS = [
    """
    CREATE TABLE conversation (
        id         INTEGER PRIMARY KEY,
        notebook   TEXT NOT NULL,
        thread     TEXT NOT NULL DEFAULT '',
        created_at REAL NOT NULL,
        UNIQUE (notebook, thread)
    );
    CREATE TABLE image (
        digest TEXT PRIMARY KEY,
        mime   TEXT NOT NULL,
        width  INTEGER NOT NULL,
        height INTEGER NOT NULL,
        data   BLOB NOT NULL
    );
    CREATE TABLE turn (
        id              INTEGER PRIMARY KEY,
        conversation_id INTEGER NOT NULL REFERENCES conversation (id),
        owner           TEXT,
        place           INTEGER NOT NULL,
        current         INTEGER NOT NULL DEFAULT 0,
        alone           INTEGER NOT NULL DEFAULT 0,
        state           TEXT NOT NULL CHECK (state IN ('pending', 'done', 'partial', 'failed')),
        asked_at        REAL NOT NULL,
        process         INTEGER NOT NULL,
        asked           TEXT NOT NULL,
        effort          TEXT,
        system          TEXT NOT NULL DEFAULT '',
        question        TEXT NOT NULL,
        digest          TEXT NOT NULL,
        answer          TEXT,
        problem         TEXT NOT NULL DEFAULT '',
        removed_at      REAL
    );
    CREATE INDEX turn_by_place ON turn (conversation_id, place);
    CREATE INDEX turn_by_owner ON turn (conversation_id, owner);
    CREATE INDEX turn_by_digest ON turn (digest);
    """,
    """
    ALTER TABLE turn ADD COLUMN context TEXT NOT NULL DEFAULT '';
    ALTER TABLE turn ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE turn ADD COLUMN kept INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE turn ADD COLUMN removed_how TEXT NOT NULL DEFAULT '';
    CREATE INDEX turn_by_cell ON turn (owner);
    CREATE TABLE budget (
        notebook TEXT PRIMARY KEY,
        amount   REAL NOT NULL,
        unit     TEXT NOT NULL,
        set_at   REAL NOT NULL
    );
    """,
    """
    ALTER TABLE turn ADD COLUMN imported INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE turn ADD COLUMN surplus INTEGER NOT NULL DEFAULT 0;
    CREATE TABLE change (
        id              INTEGER PRIMARY KEY,
        conversation_id INTEGER NOT NULL REFERENCES conversation (id),
        kind            TEXT NOT NULL,
        turns           TEXT NOT NULL,
        undone          INTEGER NOT NULL DEFAULT 0
    );
    CREATE INDEX change_by_conversation ON change (conversation_id);
    INSERT OR IGNORE INTO change (conversation_id, kind, turns)
    SELECT conversation_id, kind, turns FROM (
        SELECT conversation_id, 'ask' AS kind, id AS turns, id AS newest, 0 AS later
        FROM turn WHERE removed_at IS NULL OR removed_how = 'reset'
        UNION ALL
        SELECT conversation_id, 'reset', group_concat(id), max(id), 1
        FROM turn WHERE removed_how = 'reset' GROUP BY conversation_id, removed_at
    ) WHERE conversation_id IN (SELECT id FROM conversation) ORDER BY newest, later;
    """,
    """
    ALTER TABLE turn ADD COLUMN question_digest TEXT NOT NULL DEFAULT '';
    CREATE INDEX turn_by_question ON turn (question_digest);
    """,
]
