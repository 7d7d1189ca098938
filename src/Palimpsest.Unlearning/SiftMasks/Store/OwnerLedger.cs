using System.Globalization;
using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace Palimpsest.Unlearning.SiftMasks.Store;

/// <summary>The database of a store: its settings, the owners that are in it, and the chain of what happened. One transaction makes an operation true.</summary>
/// <remarks>Deleted rows are overwritten (secure_delete), and the write-ahead log is cut after every operation, so that an erased name is in neither. Not thread-safe.</remarks>
internal sealed class OwnerLedger : IDisposable
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
                ledger.Run(Tables);
                ledger.Run("INSERT INTO settings VALUES ('settings', $v)", ("$v", JsonSerializer.Serialize(settings, StoreJson.Options)));
                ledger.Append(first);
                ledger.Run(string.Create(CultureInfo.InvariantCulture, $"PRAGMA user_version = {Version}"));
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
    /// <exception cref="PalimpsestException">It is damaged, or of a newer version.</exception>
    public static OwnerLedger Open(string path)
    {
        OwnerLedger ledger = Connect(path, SqliteOpenMode.ReadWrite);
        try
        {
            long version = (long)ledger.Scalar("PRAGMA user_version")!;
            if (version != Version)
            {
                throw new PalimpsestException($"{path}: is a store of version {version}, this program reads version {Version}. {(version > Version ? "Use a newer Palimpsest." : "It was not completed; delete the folder and make it again.")}");
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

    /// <summary>What the store was made with.</summary>
    /// <exception cref="PalimpsestException">The database is damaged.</exception>
    public StoreSettings Settings() => LedgerErrors.Whole(_connection.DataSource, () => Of<StoreSettings>(Scalar("SELECT value FROM settings WHERE key = 'settings'") as string));

    /// <summary>The owners in the order in which they were added.</summary>
    /// <exception cref="PalimpsestException">The database is damaged.</exception>
    public List<OwnerRecord> Owners() => LedgerErrors.Whole(_connection.DataSource, () =>
    {
        using SqliteCommand command = Command("SELECT id, name, added, density, mask, sum_check, kept, manifest FROM owners ORDER BY rowid");
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

    /// <summary>The last line.</summary>
    public LedgerEntry Last() => LedgerErrors.Whole(_connection.DataSource, () => Entries("ORDER BY sequence DESC LIMIT 1").Single());

    /// <summary>All lines.</summary>
    public List<LedgerEntry> All() => LedgerErrors.Whole(_connection.DataSource, () => Entries("ORDER BY sequence"));

    /// <summary>Adds lines and an owner, removes or (when a store is rebuilt) changes owners, all or nothing. <see cref="CutLog"/> must follow.</summary>
    /// <exception cref="PalimpsestException">The disk is full or fails; nothing was changed.</exception>
    public void Commit(IReadOnlyList<LedgerEntry> lines, OwnerRecord? added = null, IReadOnlyList<OwnerRecord>? removed = null, IReadOnlyList<OwnerRecord>? changed = null)
    {
        try
        {
            using SqliteTransaction transaction = _connection.BeginTransaction();
            if (added is not null)
            {
                Run(
                    "INSERT INTO owners VALUES ($id, $name, $skeleton, $added, $density, $mask, $check, $kept, $manifest)",
                    ("$id", added.Id), ("$name", added.Name), ("$skeleton", OwnerName.Skeleton(added.Name)), ("$added", added.Added.ToString(TimeForm, CultureInfo.InvariantCulture)), ("$density", added.Density),
                    ("$mask", added.MaskSha256), ("$check", (long)added.SumCheck), ("$kept", added.KeptVector ? 1 : 0), ("$manifest", JsonSerializer.Serialize(added.Manifest, StoreJson.Options)));
            }

            foreach (OwnerRecord owner in removed ?? [])
            {
                Run("DELETE FROM owners WHERE id = $id", ("$id", owner.Id));
            }

            foreach (OwnerRecord owner in changed ?? [])
            {
                Run(
                    "UPDATE owners SET density = $density, mask = $mask, sum_check = $check, kept = $kept, manifest = $manifest WHERE id = $id", ("$density", owner.Density), ("$mask", owner.MaskSha256),
                    ("$check", (long)owner.SumCheck), ("$kept", owner.KeptVector ? 1 : 0), ("$manifest", JsonSerializer.Serialize(owner.Manifest, StoreJson.Options)), ("$id", owner.Id));
            }

            foreach (LedgerEntry line in lines)
            {
                Append(line);
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
            using SqliteCommand command = Command("PRAGMA wal_checkpoint(TRUNCATE)");
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
            OwnerLedger ledger = new(connection);
            ledger.Run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY;");
            return ledger;
        }
        catch (SqliteException problem)
        {
            connection.Dispose();
            throw LedgerErrors.Refused(path, problem);
        }
    }

    private static T Of<T>(string? json) => JsonSerializer.Deserialize<T>(json ?? "null", StoreJson.Options) ?? throw new JsonException("a record is empty");

    private static DateTime Time(string text) => DateTime.ParseExact(text, TimeForm, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal);

    private void Append(LedgerEntry entry) => Run(
        "INSERT INTO ledger VALUES ($sequence, $time, $action, $subject, $before, $after, $vector, $owners, $previous, $hash)",
        ("$sequence", entry.Sequence), ("$time", entry.Time.ToString(TimeForm, CultureInfo.InvariantCulture)), ("$action", entry.Action), ("$subject", entry.Subject), ("$before", entry.Before),
        ("$after", entry.After), ("$vector", entry.Vector), ("$owners", entry.Owners), ("$previous", entry.Previous), ("$hash", entry.Hash));

    private List<LedgerEntry> Entries(string rest)
    {
        using SqliteCommand command = Command($"SELECT sequence, time, action, subject, before, after, vector, owners, previous, hash FROM ledger {rest}");
        using SqliteDataReader reader = command.ExecuteReader();
        List<LedgerEntry> entries = [];
        while (reader.Read())
        {
            LedgerEntry entry = new(
                reader.GetInt64(0), Time(reader.GetString(1)), reader.GetString(2), reader.GetString(3), reader.GetString(4), reader.GetString(5), reader.GetString(6), reader.GetInt32(7), reader.GetString(8));
            entries.Add(entry.Hash == reader.GetString(9) ? entry : throw new PalimpsestException($"The ledger's line {entry.Sequence} does not have the hash that is written beside it: it was changed after it was written."));
        }

        return entries;
    }

    private object? Scalar(string text)
    {
        using SqliteCommand command = Command(text);
        return command.ExecuteScalar();
    }

    private void Run(string text, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        using SqliteCommand command = Command(text, parameters);
        command.ExecuteNonQuery();
    }

#pragma warning disable CA2100 // All texts are constants of this class; values are parameters.
    private SqliteCommand Command(string text, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        SqliteCommand command = _connection.CreateCommand();
        command.CommandText = text;
        foreach ((string name, object value) in parameters)
        {
            command.Parameters.AddWithValue(name, value);
        }

        return command;
    }
#pragma warning restore CA2100
}
