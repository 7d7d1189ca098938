using Microsoft.Data.Sqlite;

namespace Palimpsest.Unlearning.SiftMasks.Store;

/// <content>Receipts on their way to their files.</content>
internal sealed partial class OwnerLedger
{
    // Stores of earlier versions have it from the first owner on that leaves.
    private const string PendingTable = "CREATE TABLE IF NOT EXISTS pending (subject TEXT PRIMARY KEY, file TEXT NOT NULL, receipt TEXT NOT NULL) STRICT";

    /// <summary>Receipts of owners who have left that are in no file yet.</summary>
    public List<PendingReceipt> Pending() => LedgerErrors.Whole(_connection.DataSource, () =>
    {
        List<PendingReceipt> found = [];
        if (_connection.Scalar("SELECT 1 FROM sqlite_master WHERE name = 'pending'") is not null)
        {
            using SqliteCommand command = _connection.Command("SELECT subject, file, receipt FROM pending ORDER BY rowid");
            using SqliteDataReader reader = command.ExecuteReader();
            while (reader.Read())
            {
                found.Add(new PendingReceipt(reader.GetString(0), reader.GetString(1), reader.GetString(2)));
            }
        }

        return found;
    });

    /// <summary>Changes a receipt that waits, or takes it out once it is in a file; then nothing of it stays.</summary>
    /// <param name="subject">Whose it is.</param>
    /// <param name="receipt">The new text; null takes it out.</param>
    /// <exception cref="PalimpsestException">The disk is full or fails.</exception>
    public void Settle(string subject, string? receipt = null)
    {
        try
        {
            _connection.Run(receipt is null ? "DELETE FROM pending WHERE subject = $subject" : "UPDATE pending SET receipt = $receipt WHERE subject = $subject",
                ("$subject", subject), ("$receipt", receipt ?? ""));
        }
        catch (SqliteException problem)
        {
            throw LedgerErrors.Refused(_connection.DataSource, problem);
        }

        CutLog();
    }
}
