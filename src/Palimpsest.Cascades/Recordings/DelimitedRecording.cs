using Palimpsest.Data.Files;

namespace Palimpsest.Cascades.Recordings;

/// <summary>RouteLLM's table of recorded answers.</summary>
internal static class DelimitedRecording
{
    private const string Prompt = "prompt", Behind = "_response";

    public static Recording Read(string path)
    {
        using DelimitedReader rows = new(DataFile.Existing(path), ',', 0);
        List<string> header = [.. rows.Header()];
        string[] systems = [.. header.Where(column => header.Contains(column + Behind))];
        string[] unread = [.. header.Where(column => column != Prompt && !systems.Contains(column) && !systems.Contains(Name(column)))];
        if (!header.Contains(Prompt) || systems.Length == 0)
        {
            throw new PalimpsestException($"{path}: the columns are [{string.Join(", ", header)}]. There must be \"{Prompt}\", and for every system a "
                + $"column NAME that says True or False and a column NAME{Behind} with what it said.");
        }

        if (unread.Length > 0)
        {
            throw new PalimpsestException($"{path}: the column \"{unread[0]}\" belongs to no system: there is no column beside it with \"{Behind}\" behind "
                + "its name. Add it, or take the column out.");
        }

        List<RecordedItem> items = [];
        for (int number = 1; rows.Next(); number++)
        {
            if (rows.Problem(header.Count) is { Length: > 0 } problem)
            {
                throw new PalimpsestException($"{path} row {number}: {problem}.");
            }

            items.Add(new RecordedItem
            {
                Question = rows.Field(header.IndexOf(Prompt)),
                Replies = [.. systems.Select(system => RecordedJson.Worked(rows.Field(header.IndexOf(system + Behind))))],
                Right = [.. systems.Select(system => Flag(rows.Field(header.IndexOf(system)), path, number, system))],
            });
        }

        return new Recording(path, [.. systems.Select(system => new RecordedSystem(system, system))], items);
    }

    private static string Name(string column) => column.EndsWith(Behind, StringComparison.Ordinal) ? column[..^Behind.Length] : column;

    private static bool Flag(string text, string path, int row, string system) => text switch
    {
        "True" or "true" or "1" => true,
        "False" or "false" or "0" => false,
        _ => throw new PalimpsestException($"{path} row {row}: column \"{system}\" says \"{(text.Length > 20 ? text[..20] + "…" : text)}\", and must say "
            + "True or False."),
    };
}
