using System.Globalization;
using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace Palimpsest.Unlearning.SiftMasks.Store;

/// <summary>The database of a store: its settings, the owners that are in it, and the chain of what happened. One transaction makes an operation true.</summary>
/// <remarks>Deleted rows are overwritten (secure_delete), and the write-ahead log is cut after every operation, so that an erased name is in neither. Not thread-safe.</remarks>
internal sealed partial class OwnerLedger : IDisposable
{
    /// <summary>Version of the tables.</summary>
    public const int Version = 1;

    private const string Tables = """
        CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
        CREATE TABLE owners (id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, skeleton TEXT NOT NULL UNIQUE, added TEXT NOT NULL, density REAL NOT NULL, mask TEXT NOT NULL, sum_check INTEGER NOT NULL, kept INTEGER NOT NULL, manifest TEXT NOT NULL) STRICT;
        CREATE TABLE ledger (sequence INTEGER PRIMARY KEY, time TEXT NOT NULL, action TEXT NOT NULL, subject TEXT NOT NULL, before TEXT NOT NULL, after TEXT NOT NULL, vector TEXT NOT NULL, owners INTEGER NOT NULL, previous TEXT NOT NULL, hash TEXT NOT NULL) STRICT;
        """;

    // Seconds that an operation waits while another program holds the database.
    private const int Patience = 5;
    private const string TimeForm = "yyyy-MM-ddTHH:mm:ssZ";
    private readonly SqliteConnection _connection;

    private OwnerLedger(SqliteConnection connection) => _connection = connection;

    /// <summary>Makes a new database.</summary>
    public static OwnerLedger Create(string path, StoreSettings settings, LedgerEntry first)
    {
        OwnerLedger ledger = Connect(path, SqliteOpenMode.ReadWriteCreate);
        try
        {
            using (SqliteTransaction transaction = ledger._connection.BeginTransaction())
            {
                ledger._connection.Run(Tables);
                ledger._connection.Run("INSERT INTO settings VALUES ('settings', $v)", ("$v", JsonSerializer.Serialize(settings, StoreJson.Options)));
                ledger.Append(first);
                ledger._connection.Run(string.Create(CultureInfo.InvariantCulture, $"PRAGMA user_version = {Version}"));
                transaction.Commit();
            }

            ledger.CutLog();
            return ledger;
        }
        catch (SqliteException problem)
        {
            ledger.Dispose();
            throw LedgerErrors.Refused(path, problem);
        }
        catch
        {
            ledger.Dispose();
            throw;
        }
    }

    /// <summary>Opens a database, finishing or undoing what a killed process left.</summary>
    /// <param name="path">The file.</param>
    /// <param name="reading">Whether it is only looked at, beside a process that works on it.</param>
    /// <exception cref="PalimpsestException">It is damaged, or of a newer version.</exception>
    public static OwnerLedger Open(string path, bool reading = false)
    {
        OwnerLedger ledger = Connect(path, SqliteOpenMode.ReadWrite);
        try
        {
            long version = (long)ledger._connection.Scalar("PRAGMA user_version")!;
            if (version != Version)
            {
                PalimpsestException? lost = version == 0 ? new StoreFolder(Path.GetDirectoryName(path)!).LostLedger("holds nothing") : null;
                throw lost ?? new PalimpsestException($"{path}: is a store of version {version}, this program reads version {Version}. "
                    + $"{(version > Version ? "Use a newer Palimpsest." : "It was not completed; delete the folder and make it again.")}");
            }

            if (!reading)
            {
                ledger.CutLog();
            }

            return ledger;
        }
        catch (SqliteException problem)
        {
            ledger.Dispose();
            throw LedgerErrors.Refused(path, problem);
        }
        catch
        {
            ledger.Dispose();
            throw;
        }
    }

    /// <summary>What the store was made with.</summary>
    /// <exception cref="PalimpsestException">The database is damaged.</exception>
    public StoreSettings Settings() =>
        LedgerErrors.Whole(_connection.DataSource, () => Of<StoreSettings>(_connection.Scalar("SELECT value FROM settings WHERE key = 'settings'") as string));

    /// <summary>The owners in the order in which they were added.</summary>
    /// <exception cref="PalimpsestException">The database is damaged.</exception>
    public List<OwnerRecord> Owners() => LedgerErrors.Whole(_connection.DataSource, () =>
    {
        using SqliteCommand command = _connection.Command("SELECT id, name, added, density, mask, sum_check, kept, manifest FROM owners ORDER BY rowid");
        using SqliteDataReader reader = command.ExecuteReader();
        List<OwnerRecord> owners = [];
        while (reader.Read())
        {
            owners.Add(new OwnerRecord(
                reader.GetString(0), reader.GetString(1), Time(reader.GetString(2)), reader.GetDouble(3), reader.GetString(4), (ulong)reader.GetInt64(5), reader.GetInt64(6) != 0,
                Of<ReplayManifest>(reader.GetString(7))));
        }

        return owners;
    });

    /// <summary>The last line, as it stands.</summary>
    public LedgerEntry Last() => LedgerErrors.Whole(_connection.DataSource, () => Read("ORDER BY sequence DESC LIMIT 1").Single()).Entry;

    /// <summary>All lines as they stand, also those that were changed after they were written.</summary>
    public List<LedgerLine> Lines() => LedgerErrors.Whole(_connection.DataSource, () => Read("ORDER BY sequence"));

    /// <summary>The last line and the owners of the same moment, while another process may be at work.</summary>
    public (LedgerEntry Last, List<OwnerRecord> Owners) Snapshot() => LedgerErrors.Whole(_connection.DataSource, () =>
    {
        using SqliteTransaction transaction = _connection.BeginTransaction(deferred: true);
        return (Last(), Owners());
    });

    /// <summary>Adds lines and an owner, removes or (when a store is rebuilt) changes owners, all or nothing. <see cref="CutLog"/> must follow.</summary>
    /// <exception cref="PalimpsestException">The disk is full or fails; nothing was changed.</exception>
    public void Commit(
        IReadOnlyList<LedgerEntry> lines, OwnerRecord? added = null, IReadOnlyList<OwnerRecord>? removed = null, IReadOnlyList<OwnerRecord>? changed = null,
            IReadOnlyList<PendingReceipt>? pending = null)
    {
        try
        {
            using SqliteTransaction transaction = _connection.BeginTransaction();
            if (added is not null)
            {
                _connection.Run(
                    "INSERT INTO owners VALUES ($id, $name, $skeleton, $added, $density, $mask, $check, $kept, $manifest)",
                    ("$id", added.Id), ("$name", added.Name), ("$skeleton", OwnerName.Skeleton(added.Name)), ("$added", added.Added.ToString(TimeForm, CultureInfo.InvariantCulture)), ("$density", added.Density),
                    ("$mask", added.MaskSha256), ("$check", (long)added.SumCheck), ("$kept", added.KeptVector ? 1 : 0), ("$manifest", JsonSerializer.Serialize(added.Manifest, StoreJson.Options)));
            }

            foreach (OwnerRecord owner in removed ?? [])
            {
                _connection.Run("DELETE FROM owners WHERE id = $id", ("$id", owner.Id));
            }

            foreach (OwnerRecord owner in changed ?? [])
            {
                _connection.Run(
                    "UPDATE owners SET density = $density, mask = $mask, sum_check = $check, kept = $kept, manifest = $manifest WHERE id = $id", ("$density", owner.Density), ("$mask", owner.MaskSha256),
                    ("$check", (long)owner.SumCheck), ("$kept", owner.KeptVector ? 1 : 0), ("$manifest", JsonSerializer.Serialize(owner.Manifest, StoreJson.Options)), ("$id", owner.Id));
            }

            foreach (LedgerEntry line in lines)
            {
                Append(line);
            }

            foreach (PendingReceipt receipt in pending ?? [])
            {
                _connection.Run(PendingTable);
                _connection.Run("INSERT OR REPLACE INTO pending VALUES ($subject, $file, $receipt)", ("$subject", receipt.Subject), ("$file", receipt.File),
                    ("$receipt", receipt.Json));
            }

            transaction.Commit();
        }
        catch (SqliteException problem)
        {
            throw LedgerErrors.Refused(_connection.DataSource, problem);
        }
    }

    /// <summary>Cuts the write-ahead log to nothing: it still holds the pages of before, and with them the name of an owner that left.</summary>
    /// <exception cref="PalimpsestException">The disk is full or fails; what was committed stays true.</exception>
    public void CutLog()
    {
        try
        {
            using SqliteCommand command = _connection.Command("PRAGMA wal_checkpoint(TRUNCATE)");
            if (command.ExecuteScalar() is not 0L)
            {
                throw new PalimpsestException($"{_connection.DataSource}: the last operation is complete, but another program reads the database, so that its log cannot be cut and may still hold what was erased. End that program and open the store again, for example with 'palimpsest owners list', which cuts it.");
            }
        }
        catch (SqliteException problem)
        {
            throw !LedgerErrors.IsOfDisk(problem) ? LedgerErrors.Refused(_connection.DataSource, problem) : new PalimpsestException($"{_connection.DataSource}: the last operation is complete, but its log cannot be cut ({problem.Message.TrimEnd('.')}) and may still hold what was erased. Free some space and open the store again, for example with 'palimpsest owners list', which cuts it.", problem);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _connection.Dispose();

    private static OwnerLedger Connect(string path, SqliteOpenMode mode)
    {
        // No pool: a pooled connection would hold the file open, and its pages in memory, after the store is closed.
        SqliteConnection connection = new(new SqliteConnectionStringBuilder { DataSource = path, Mode = mode, Pooling = false, DefaultTimeout = Patience }.ToString());
        try
        {
            connection.Open();
            connection.Run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY;");
            return new OwnerLedger(connection);
        }
        catch (SqliteException problem)
        {
            connection.Dispose();
            throw LedgerErrors.Refused(path, problem);
        }
    }

    private static T Of<T>(string? json) => JsonSerializer.Deserialize<T>(json ?? "null", StoreJson.Options) ?? throw new JsonException("a record is empty");

    private static DateTime Time(string text) => DateTime.ParseExact(text, TimeForm, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal);

    private void Append(LedgerEntry entry) => _connection.Run(
        "INSERT INTO ledger VALUES ($sequence, $time, $action, $subject, $before, $after, $vector, $owners, $previous, $hash)",
        ("$sequence", entry.Sequence), ("$time", entry.Time.ToString(TimeForm, CultureInfo.InvariantCulture)), ("$action", entry.Action), ("$subject", entry.Subject), ("$before", entry.Before),
        ("$after", entry.After), ("$vector", entry.Vector), ("$owners", entry.Owners), ("$previous", entry.Previous), ("$hash", entry.Hash));

    // A line that was changed must not keep anybody from leaving, so a text that is no date is read as none.
    private List<LedgerLine> Read(string rest)
    {
        using SqliteCommand command =
            _connection.Command($"SELECT sequence, time, action, subject, before, after, vector, owners, previous, hash FROM ledger {rest}");
        using SqliteDataReader reader = command.ExecuteReader();
        List<LedgerLine> lines = [];
        while (reader.Read())
        {
            DateTime time =
                DateTime.TryParseExact(reader.GetString(1), TimeForm, CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTime known) ? known : DateTime.MinValue;
            lines.Add(new LedgerLine(
                new(reader.GetInt64(0), time, reader.GetString(2), reader.GetString(3), reader.GetString(4), reader.GetString(5), reader.GetString(6),
                    (int)reader.GetInt64(7), reader.GetString(8)), reader.GetString(9)));
        }

        return lines;
    }
}
