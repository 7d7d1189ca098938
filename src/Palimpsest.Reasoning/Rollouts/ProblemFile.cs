using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Palimpsest.Common;
using Palimpsest.Data.Files;
using Palimpsest.Reasoning.Verifiers;

namespace Palimpsest.Reasoning.Rollouts;

/// <summary>Reads problems with their answers: JSON lines, or a JSON list where the file's name ends in <c>.json</c>.</summary>
/// <remarks>An object holds <c>problem</c> and <c>answer</c>; the forms of published sets are read as they are (<c>question</c> and <c>answer</c> of GSM8K and
/// MATH, <c>input</c> and <c>target</c> of MAWPS, <c>sQuestion</c> and <c>lSolutions</c> of MultiArith, <c>Body</c>, <c>Question</c> and <c>Answer</c> of
/// SVAMP). An answer may be a number. Other keys are not read.</remarks>
public static class ProblemFile
{
    private static readonly (string[] Problem, string Answer)[] s_forms =
    [
        (["problem"], "answer"), (["question"], "answer"), (["prompt"], "answer"), (["input"], "target"), (["sQuestion"], "lSolutions"),
            (["Body", "Question"], "Answer"),
    ];

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="verifier">Says which answers it can judge by.</param>
    /// <param name="skipBad">Leaves out problems without an answer that it can judge by, and counts them; otherwise they are refused.</param>
    /// <param name="skipped">How many were left out.</param>
    /// <exception cref="PalimpsestException">The file is of no such form, holds no problem, or one without a fit answer.</exception>
    public static IReadOnlyList<Problem> Read(string path, IVerifier verifier, bool skipBad, out int skipped)
    {
        ArgumentNullException.ThrowIfNull(verifier);
        List<Problem> problems = [];
        skipped = 0;
        PalimpsestException? first = null;
        foreach ((string place, JsonNode? item) in Items(path))
        {
            try
            {
                Problem problem = Of(item);
                problems.Add(verifier.ProblemOf(problem) is string fault ? throw new PalimpsestException($"{fault}. Mend it, or choose another verifier")
                    : problem);
            }
            catch (PalimpsestException problem)
            {
                skipped++;
                first ??= new PalimpsestException($"{path} {place}: {problem.Message.TrimEnd('.')}; or leave out such problems, which are then counted.",
                    problem);
                if (!skipBad)
                {
                    throw first;
                }
            }
        }

        return problems.Count > 0 ? problems : first is not null ? throw new PalimpsestException($"{first.Message} All {skipped:N0} would be left out.", first)
            : throw new PalimpsestException($"{path}: holds no problem with an answer. Write lines such as {{\"problem\": \"2 + 2 = ?\", \"answer\": \"4\"}}.");
    }

    /// <summary>The objects of a file, with their places for messages.</summary>
    internal static IEnumerable<(string Place, JsonNode? Item)> Items(string path)
    {
        if (path.EndsWith(".json", StringComparison.OrdinalIgnoreCase))
        {
            DataFile.Existing(path);
            JsonArray list = Parsed(path, "", () => StrictJson.ReadFile(path)) as JsonArray
                ?? throw new PalimpsestException($"{path}: holds no JSON list. Write one, or name a file of JSON lines .jsonl.");
            foreach ((int i, JsonNode? item) in list.Index())
            {
                yield return (string.Create(CultureInfo.InvariantCulture, $"item {i + 1}"), item);
            }

            yield break;
        }

        foreach ((int number, string text) in TextLines.Of(path))
        {
            string place = string.Create(CultureInfo.InvariantCulture, $"line {number}");
            yield return (place, Parsed(path, " " + place, () => StrictJson.Parse(Encoding.UTF8.GetBytes(text))));
        }
    }

    private static JsonNode? Parsed(string path, string place, Func<JsonNode?> parse)
    {
        try
        {
            return parse();
        }
        catch (JsonException problem)
        {
            throw new PalimpsestException($"{path}{place}: is no JSON ({problem.Message.TrimEnd('.')}). Mend it.", problem);
        }
    }

    private static Problem Of(JsonNode? node)
    {
        JsonObject item = node as JsonObject ?? throw new PalimpsestException("is no object. Write {\"problem\": ..., \"answer\": ...}");
        (string[] keys, string answer) = s_forms.FirstOrDefault(form => form.Problem.All(item.ContainsKey) && item.ContainsKey(form.Answer));
        if (keys is null)
        {
            string? problem = s_forms.SelectMany(form => form.Problem).FirstOrDefault(item.ContainsKey);
            throw new PalimpsestException(problem is null ? "has no \"problem\". Add one" : $"has \"{problem}\" and no answer. Add an \"answer\"");
        }

        return new Problem(string.Join(' ', keys.Select(key => Text(item[key], key).Trim())), Text(item[answer], answer));
    }

    private static string Text(JsonNode? node, string key) => node switch
    {
        JsonArray { Count: 1 } list => Text(list[0], key),
        JsonValue value when value.GetValueKind() == JsonValueKind.String && value.GetValue<string>() is { Length: > 0 } text => text,
        JsonValue value when value.GetValueKind() == JsonValueKind.Number => value.ToJsonString(),
        _ => throw new PalimpsestException($"\"{key}\" holds neither a text nor a number. Fill it"),
    };
}
