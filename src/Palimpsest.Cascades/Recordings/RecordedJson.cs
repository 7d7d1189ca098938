using System.Text.Json.Nodes;
using Palimpsest.Cascades.Agreement;
using Palimpsest.Common;
using Palimpsest.Metrics;

namespace Palimpsest.Cascades.Recordings;

/// <summary>Lines of JSON with recorded answers.</summary>
internal static class RecordedJson
{
    private static readonly string[] s_keys = ["answer", "right", "score", "probabilities", "input_tokens", "output_tokens", "money", "operations",
        "seconds", "verified", "checks", "failure"];

    private static readonly string[] s_usageKeys = ["input_tokens", "output_tokens", "money", "operations", "seconds"];

    public static JsonObject Of(RecordedItem item, IReadOnlyList<RecordedSystem> systems)
    {
        JsonObject calls = [];
        for (int i = 0; i < systems.Count; i++)
        {
            MemberReply reply = item.Replies[i];
            JsonObject call = new() { ["answer"] = reply.Answer, ["right"] = item.Right[i] };
            Add(call, "score", reply.Score);
            if (reply.Probabilities is { } likely)
            {
                call["probabilities"] = new JsonObject(likely.Labels.Zip(likely.Values, (label, value) =>
                    KeyValuePair.Create(label, (JsonNode?)JsonValue.Create(value))));
            }

            Add(call, reply.Usage);
            Add(call, "verified", reply.Verified);
            if (reply.Checks is CallUsage checks)
            {
                JsonObject took = [];
                Add(took, checks);
                call["checks"] = took;
            }

            Add(call, "failure", reply.Failure);
            calls[systems[i].Name] = call;
        }

        JsonObject line = new() { ["question"] = item.Question };
        Add(line, "level", item.Level);
        line["calls"] = calls;
        return line;
    }

    public static IReadOnlyList<(string System, MemberReply Reply, bool Right)> Calls(JsonObject line)
    {
        if (line["calls"] is JsonObject calls)
        {
            return [.. calls.Select(call => Own(call.Key, Part(call.Value, call.Key)))];
        }

        if (line["pred"] is JsonArray predictions && line["score"] is JsonArray judgements)
        {
            return Samples(predictions, judgements, line["pred_score"] as JsonArray);
        }

        (string Key, JsonObject Value)[] solutions = [.. line.Where(pair => pair.Value is JsonObject value && value.ContainsKey("is_correct"))
            .Select(pair => (pair.Key, (JsonObject)pair.Value!))];
        return solutions.Length > 0
            ? [.. solutions.Select(pair => (pair.Key, Worked(Text(pair.Value["solution"], $"{pair.Key}.solution")), Flag(pair.Value["is_correct"], pair.Key)))]
            : throw new PalimpsestException("no recorded answers: neither \"calls\", nor objects with \"is_correct\" and \"solution\", nor the lists "
                + "\"pred\" and \"score\". Bring it into one of these forms");
    }

    public static string Question(JsonObject line) => Text(line["question"] ?? line["prompt"], "question");

    public static string Text(JsonNode? node, string key) => node is JsonValue value && value.TryGetValue(out string? text) ? text
        : node is JsonValue ? node.ToJsonString() : throw new PalimpsestException($"no text under \"{key}\"");

    /// <summary>A worked solution as a reply: its last number.</summary>
    public static MemberReply Worked(string solution) => new() { Answer = AnswerExtraction.LastNumber(solution) ?? "" };

    private static IReadOnlyList<(string, MemberReply, bool)> Samples(JsonArray predictions, JsonArray judgements, JsonArray? scores)
    {
        if (predictions.Count != judgements.Count || (scores is not null && scores.Count != predictions.Count))
        {
            throw new PalimpsestException($"{predictions.Count} answers in \"pred\", {judgements.Count} judgements in \"score\" and "
                + $"{scores?.Count ?? predictions.Count} in \"pred_score\". There must be one of each for every sample");
        }

        // The reward of the whole answer is the last of its steps'.
        return [.. predictions.Select((prediction, i) => ($"sample-{i + 1}", new MemberReply
        {
            Answer = Text(prediction, "pred").Trim(),
            Score = scores?[i] is JsonArray steps ? Number(steps[^1], "pred_score") : Number(scores?[i], "pred_score"),
        }, Flag(judgements[i], "score")))];
    }

    private static (string, MemberReply, bool) Own(string system, JsonObject call)
    {
        Known(call, system, s_keys);
        return (system, new MemberReply
        {
            Answer = Text(call["answer"], $"{system}.answer"),
            Score = Number(call["score"], "score"),
            Probabilities = call["probabilities"] is JsonObject likely ? new LabelProbabilities([.. likely.Select(pair => pair.Key)],
                [.. likely.Select(pair => Number(pair.Value, "probabilities")
                    ?? throw new PalimpsestException($"\"{system}\" has no probability for \"{pair.Key}\""))]) : null,
            Verified = Number(call["verified"], "verified"),
            Failure = call["failure"] is JsonNode failure ? Text(failure, "failure") : null,
            Checks = call["checks"] is JsonNode checks ? Usage(Known(Part(checks, "checks"), $"{system}.checks", s_usageKeys)) : null,
            Usage = Usage(call),
        }, Flag(call["right"], system));
    }

    private static JsonObject Known(JsonObject part, string name, string[] keys) =>
        part.Select(pair => pair.Key).Except(keys, StringComparer.Ordinal).FirstOrDefault() is not string unknown ? part
            : throw new PalimpsestException($"\"{name}\" has a key \"{unknown}\" that is not known{(NearestName.Find(unknown, keys) is string near
                ? $"; did you mean \"{near}\"?" : "")} There are: {string.Join(", ", keys)}");

    private static CallUsage Usage(JsonObject call) => new()
    {
        InputTokens = (long?)Number(call["input_tokens"], "input_tokens"),
        OutputTokens = (long?)Number(call["output_tokens"], "output_tokens"),
        Money = Number(call["money"], "money"),
        Operations = Number(call["operations"], "operations"),
        Seconds = Number(call["seconds"], "seconds"),
    };

    private static void Add(JsonObject call, CallUsage usage)
    {
        Add(call, "input_tokens", usage.InputTokens);
        Add(call, "output_tokens", usage.OutputTokens);
        Add(call, "money", usage.Money);
        Add(call, "operations", usage.Operations);
        Add(call, "seconds", usage.Seconds);
    }

    private static JsonObject Part(JsonNode? node, string key) => node as JsonObject ?? throw new PalimpsestException($"no object under \"{key}\"");

    private static bool Flag(JsonNode? node, string key) => node is JsonValue value && value.TryGetValue(out bool flag) ? flag
        : throw new PalimpsestException($"\"{key}\" does not say with true or false whether it is right");

    private static double? Number(JsonNode? node, string key) => node is null ? null
        : node is JsonValue value && value.TryGetValue(out double number) && double.IsFinite(number) ? number
        : throw new PalimpsestException($"\"{key}\" is no finite number");

    private static void Add<T>(JsonObject into, string key, T? value)
    {
        if (value is not null)
        {
            into[key] = JsonValue.Create(value);
        }
    }
}
