//! What a schema looks like, in words that both engines share.

use crate::{Sql, Store};

/// Every column and index of the store in a line of its own, the same on both
/// engines if their migrations say the same:
///
/// ```text
/// person.id text required key 1
/// person.name text
/// index person_name unique on person (name) where
/// foreign key device (person) to person
/// ```
///
/// Types that the other engine does not have, a text column with another
/// collation than `"C"`, a SQLite table that is not `strict`, and a unique
/// index without a name of its own show as what they are, and so differ.
pub async fn schema(store: &Store) -> Vec<String> {
    use crate::store::Engine;
    let statements = match store.engine() {
        Engine::Sqlite(_) => SQLITE,
        Engine::Postgres(_) => POSTGRES,
    };
    let mut lines = Vec::new();
    for sql in statements {
        let read = store.read().await.expect("a snapshot");
        let rows = read.query(*sql, []).await.expect("the catalogue");
        lines.extend(rows.iter().map(|row| row.get::<String>(0).expect("a line")));
    }
    lines.sort();
    lines
}

const SQLITE: &[Sql] = &[SQLITE_COLUMNS, SQLITE_INDEXES, SQLITE_FOREIGN_KEYS];
const POSTGRES: &[Sql] = &[POSTGRES_COLUMNS, POSTGRES_INDEXES, POSTGRES_FOREIGN_KEYS];

crate::statements! {
    SQLITE_COLUMNS = "select t.name || '.' || c.name || ' '
            || case lower(c.type) when 'integer' then 'bigint' when 'blob' then 'bytea'
               else lower(c.type) end
            || case when c.\"notnull\" = 1 then ' required' else '' end
            || case when c.pk > 0 then ' key ' || c.pk else '' end
            || case when c.dflt_value is null then '' else ' default' end
            || case when t.strict = 1 then '' else ' in a table that is not strict' end
        from pragma_table_list t, pragma_table_info(t.name) c
        where t.type = 'table' and t.schema = 'main' and t.name not like 'sqlite%'";
    SQLITE_INDEXES = "select 'index ' || i.name
            || case when i.\"unique\" = 1 then ' unique' else '' end
            || ' on ' || t.name
            || ' (' || (select group_concat(coalesce(c.name, 'expression'), ', ' order by c.seqno)
                from pragma_index_info(i.name) c) || ')'
            || case when i.partial = 1 then ' where' else '' end
        from pragma_table_list t, pragma_index_list(t.name) i
        where t.type = 'table' and t.schema = 'main' and i.origin <> 'pk'";
    SQLITE_FOREIGN_KEYS = "select 'foreign key ' || t.name
            || ' (' || group_concat(f.\"from\", ', ' order by f.seq) || ') to ' || f.\"table\"
            || ' on delete ' || lower(f.on_delete)
        from pragma_table_list t, pragma_foreign_key_list(t.name) f
        where t.type = 'table' and t.schema = 'main' group by t.name, f.id";
    POSTGRES_COLUMNS = "select t.relname || '.' || c.attname || ' '
            || format_type(c.atttypid, c.atttypmod)
            || case when c.attnotnull then ' required' else '' end
            || coalesce((select ' key ' || k.at from pg_index i,
                   unnest(i.indkey::int2[]) with ordinality k (attnum, at)
                   where i.indrelid = t.oid and i.indisprimary and k.attnum = c.attnum), '')
            || case when c.atthasdef then ' default' else '' end
            || case when l.collname <> 'C' then ' collate ' || l.collname else '' end
        from pg_attribute c
        join pg_class t on t.oid = c.attrelid
        left join pg_collation l on l.oid = c.attcollation
        where t.relkind = 'r' and t.relnamespace = current_schema()::regnamespace
            and c.attnum > 0 and not c.attisdropped";
    POSTGRES_INDEXES = "select 'index ' || n.relname
            || case when i.indisunique then ' unique' else '' end
            || ' on ' || t.relname || ' (' || (
                select string_agg(coalesce(c.attname, 'expression'), ', ' order by k.at)
                from unnest(i.indkey::int2[]) with ordinality k (attnum, at)
                left join pg_attribute c on c.attrelid = t.oid and c.attnum = k.attnum
                    and k.attnum > 0) || ')'
            || case when i.indpred is not null then ' where' else '' end
        from pg_index i
        join pg_class n on n.oid = i.indexrelid
        join pg_class t on t.oid = i.indrelid
        where not i.indisprimary and t.relnamespace = current_schema()::regnamespace";
    POSTGRES_FOREIGN_KEYS = "select 'foreign key ' || t.relname || ' (' || (
                select string_agg(c.attname, ', ' order by k.at)
                from unnest(f.conkey) with ordinality k (attnum, at)
                join pg_attribute c on c.attrelid = t.oid and c.attnum = k.attnum)
            || ') to ' || r.relname || ' on delete '
            || case f.confdeltype when 'a' then 'no action' when 'r' then 'restrict'
               when 'c' then 'cascade' when 'n' then 'set null' else 'set default' end
        from pg_constraint f
        join pg_class t on t.oid = f.conrelid
        join pg_class r on r.oid = f.confrelid
        where f.contype = 'f' and t.relnamespace = current_schema()::regnamespace";
}
