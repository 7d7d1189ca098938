using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Palimpsest.Cascades.Agreement;
using Palimpsest.Common;
using Palimpsest.Data.Files;

namespace Palimpsest.Cascades.Recordings;

/// <summary>Reads and writes recorded answers.</summary>
/// <remarks>
/// A CSV is RouteLLM's form: <c>prompt</c>, and for each system a column <c>NAME</c> with True or False and a column <c>NAME_response</c>. A line of JSON is
/// one of: the form that <see cref="Write"/> writes, <c>{"question", "calls": {NAME: {"answer", "right", ...}}}</c>; GSM8K's, <c>{"question", NAME:
/// {"is_correct", "solution"}}</c>; or samples of one system, <c>{"question", "pred": [...], "score": [...], "pred_score": [[...]]}</c>. Answers to compare
/// are taken out of worked solutions as their last number.
/// </remarks>
public static class RecordingFile
{
    /// <summary>Reads a file.</summary>
    /// <param name="path">CSV by its extension, JSON lines otherwise.</param>
    /// <exception cref="PalimpsestException">The file is of no such form, or an answer is missing.</exception>
    public static Recording Read(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return (path.EndsWith(".csv", StringComparison.OrdinalIgnoreCase) ? DelimitedRecording.Read(path) : ReadLines(path)).Checked();
    }

    /// <summary>Writes a file whole or not at all.</summary>
    /// <param name="path">The file, JSON lines.</param>
    /// <param name="recording">What goes into it.</param>
    /// <exception cref="PalimpsestException">The file cannot be written.</exception>
    public static void Write(string path, Recording recording)
    {
        ArgumentNullException.ThrowIfNull(recording);
        JsonObject systems = new(recording.Systems.Select(system => KeyValuePair.Create(system.Name, (JsonNode?)system.Identity)));
        IEnumerable<JsonObject> items = recording.Items.Select(item => RecordedJson.Of(item, recording.Systems));
        JsonLines.Write(path, items.Prepend(new JsonObject { ["systems"] = systems }), onlyForUser: true);
    }

    private static Recording ReadLines(string path)
    {
        List<RecordedSystem> systems = [];
        List<RecordedItem> items = [];
        foreach ((int number, string text) in TextLines.Of(path))
        {
            try
            {
                JsonObject line = StrictJson.Parse(Encoding.UTF8.GetBytes(text)) as JsonObject ?? throw new PalimpsestException("a line must be an object");
                if (items.Count == 0 && systems.Count == 0 && line["systems"] is JsonObject named)
                {
                    systems.AddRange(named.Select(system => new RecordedSystem(system.Key, RecordedJson.Text(system.Value, system.Key))));
                    continue;
                }

                IReadOnlyList<(string System, MemberReply Reply, bool Right)> calls = RecordedJson.Calls(line);
                if (systems.Count == 0)
                {
                    systems.AddRange(calls.Select(call => new RecordedSystem(call.System, call.System)));
                }

                items.Add(Item(line, calls, systems));
            }
            catch (Exception problem) when (problem is PalimpsestException or JsonException)
            {
                throw new PalimpsestException($"{path} line {number}: {problem.Message.TrimEnd('.')}.", problem);
            }
        }

        return new Recording(path, systems, items);
    }

    private static RecordedItem Item(JsonObject line, IReadOnlyList<(string System, MemberReply Reply, bool Right)> calls, List<RecordedSystem> systems)
    {
        Dictionary<string, (MemberReply Reply, bool Right)> byName = calls.ToDictionary(call => call.System, call => (call.Reply, call.Right),
            StringComparer.Ordinal);
        string[] strangers = [.. byName.Keys.Except(systems.Select(system => system.Name), StringComparer.Ordinal)];
        if (strangers.Length > 0)
        {
            throw new PalimpsestException($"\"{strangers[0]}\" does not stand in the first line. Every line must hold the same systems");
        }

        (MemberReply Reply, bool Right)[] own = [.. systems.Select(system => byName.TryGetValue(system.Name, out (MemberReply, bool) call) ? call
            : throw new PalimpsestException($"no answer of \"{system.Name}\". Add one, with an empty answer where the system gave none"))];
        return new RecordedItem
        {
            Question = RecordedJson.Question(line),
            Level = line["level"] is JsonNode level ? RecordedJson.Text(level, "level") : null,
            Replies = [.. own.Select(call => call.Reply)],
            Right = [.. own.Select(call => call.Right)],
        };
    }
}
