using Microsoft.Data.Sqlite;

namespace Palimpsest.Unlearning.SiftMasks.Store;

/// <summary>Statements of the ledger: all texts are constants, and values are parameters.</summary>
internal static class LedgerSql
{
    public static object? Scalar(this SqliteConnection connection, string text)
    {
        using SqliteCommand command = connection.Command(text);
        return command.ExecuteScalar();
    }

    public static void Run(this SqliteConnection connection, string text, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        using SqliteCommand command = connection.Command(text, parameters);
        command.ExecuteNonQuery();
    }

#pragma warning disable CA2100 // All texts are constants of the ledger; values are parameters.
    public static SqliteCommand Command(this SqliteConnection connection, string text, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        SqliteCommand command = connection.CreateCommand();
        command.CommandText = text;
        foreach ((string name, object value) in parameters)
        {
            command.Parameters.AddWithValue(name, value);
        }

        return command;
    }
#pragma warning restore CA2100
}
