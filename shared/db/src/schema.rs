//! Migrations written as plain SQL files, and those that every block begins with.

use sea_orm::{ConnectionTrait as _, DatabaseBackend};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, prelude::DbErr};

/// One forward step of a schema: a name and its SQL.
#[derive(Clone, Copy, Debug)]
pub struct SqlMigration {
    name: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
}

impl SqlMigration {
    /// Wraps a SQL file that both databases understand:
    /// `SqlMigration::new("m0001_bill", include_str!("m0001_bill.sql"))`.
    #[must_use]
    pub const fn new(name: &'static str, sql: &'static str) -> Self {
        Self::per_database(name, sql, sql)
    }

    /// Wraps one SQL file for each database, for what only one of them has.
    #[must_use]
    pub const fn per_database(
        name: &'static str,
        sqlite: &'static str,
        postgres: &'static str,
    ) -> Self {
        Self { name, sqlite, postgres }
    }
}

impl MigrationName for SqlMigration {
    fn name(&self) -> &str {
        self.name
    }
}

#[async_trait::async_trait]
impl MigrationTrait for SqlMigration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let postgres = manager.get_database_backend() == DatabaseBackend::Postgres;
        let sql = if postgres { self.postgres } else { self.sqlite };
        manager.get_connection().execute_unprepared(sql).await?;
        Ok(())
    }
}

/// The tables that every block has and no block owns; its schema begins with them.
#[must_use]
pub fn base_migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        Box::new(SqlMigration::new("base_0001_request", include_str!("../migrations/request.sql"))),
        Box::new(SqlMigration::per_database(
            "base_0002_audit",
            include_str!("../migrations/audit.sqlite.sql"),
            include_str!("../migrations/audit.postgres.sql"),
        )),
        Box::new(SqlMigration::per_database(
            "base_0003_event",
            include_str!("../migrations/event.sqlite.sql"),
            include_str!("../migrations/event.postgres.sql"),
        )),
        Box::new(SqlMigration::new("base_0004_lease", include_str!("../migrations/lease.sql"))),
        Box::new(SqlMigration::per_database(
            "base_0005_audit_waits",
            // `SQLite` has no triggers for whole statements.
            "SELECT 1",
            include_str!("../migrations/audit_waits.postgres.sql"),
        )),
        Box::new(SqlMigration::per_database(
            "base_0006_leaner",
            include_str!("../migrations/leaner.sqlite.sql"),
            include_str!("../migrations/leaner.postgres.sql"),
        )),
    ]
}
