using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace Palimpsest.Unlearning.SiftMasks.Store;

/// <summary>What a database tells in codes, in words that name the file and the way out.</summary>
internal static class LedgerErrors
{
    /// <summary>Whether the disk is to blame and the database itself is as it was: SQLITE_READONLY, SQLITE_IOERR, SQLITE_FULL, SQLITE_CANTOPEN.</summary>
    public static bool IsOfDisk(SqliteException problem) => problem.SqliteErrorCode is 8 or 10 or 13 or 14;

    /// <summary>An error of the database.</summary>
    public static PalimpsestException Refused(string path, SqliteException problem) => IsOfDisk(problem)
        ? new PalimpsestException($"{path}: cannot be written ({problem.Message.TrimEnd('.')}); nothing was changed. Free some space, or make the folder writable, and try again.", problem)
        : IsInUse(problem)
        ? new PalimpsestException($"{path}: another program holds the database ({problem.Message.TrimEnd('.')}); nothing was changed. End that program and try again.", problem)
        : Damaged(path, "cannot be read as the database of a store", problem);

    /// <summary>Reads something; a flipped bit shows as an error of the database, of JSON, or as a text that is no date.</summary>
    /// <exception cref="PalimpsestException">The database is damaged.</exception>
    public static T Whole<T>(string path, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (SqliteException problem)
        {
            throw Refused(path, problem);
        }
        catch (Exception problem) when (problem is JsonException or FormatException or InvalidCastException or InvalidOperationException)
        {
            throw Damaged(path, "is damaged", problem);
        }
    }

    // SQLITE_BUSY, SQLITE_LOCKED
    private static bool IsInUse(SqliteException problem) => problem.SqliteErrorCode is 5 or 6;

    private static PalimpsestException Damaged(string path, string what, Exception problem) =>
        new($"{path}: {what} ({problem.Message.TrimEnd('.')}). Restore it from a backup, or make the store again with 'owners init' and 'owners add'.", problem);
}
