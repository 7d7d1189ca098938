using System.Text.Json;
using System.Text.Json.Nodes;
using Palimpsest.Common;
using Palimpsest.Reasoning.Verifiers;

namespace Palimpsest.Reasoning.Rollouts;

/// <summary>Sampled solutions as JSON lines: <c>{"problem", "answer", "samples": [{"text", "answer", "verdict"}]}</c>. Reads too what Qwen2.5-Math's evaluation
/// writes: <c>question</c>, <c>answer</c> or <c>gt</c>, and the lists <c>code</c>, <c>pred</c> and <c>score</c>.</summary>
public static class SampleFile
{
    /// <summary>Writes a file whole or not at all.</summary>
    /// <param name="path">The file.</param>
    /// <param name="problems">What goes into it.</param>
    /// <exception cref="PalimpsestException">The file cannot be written.</exception>
    public static void Write(string path, IEnumerable<SampledProblem> problems) => JsonLines.Write(path, problems.Select(problem => new JsonObject
    {
        ["problem"] = problem.Problem.Text,
        ["answer"] = problem.Problem.Answer,
        ["samples"] = new JsonArray([.. problem.Samples.Select(sample => (JsonNode)new JsonObject
        {
            ["text"] = sample.Text,
            ["answer"] = sample.Judgement.Answer,
            ["verdict"] = JsonNamingPolicy.KebabCaseLower.ConvertName(sample.Judgement.Verdict.ToString()),
        })]),
    }));

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="verifier">Judges the solutions anew; null for the file's own judgements.</param>
    /// <exception cref="PalimpsestException">The file is of no such form, or holds nothing.</exception>
    public static IReadOnlyList<SampledProblem> Read(string path, IVerifier? verifier)
    {
        List<SampledProblem> problems = [];
        foreach ((string place, JsonNode? item) in ProblemFile.Items(path))
        {
            try
            {
                SampledProblem read = Of(item as JsonObject ?? throw new PalimpsestException("is no object. Write {\"problem\", \"answer\", \"samples\"}"));
                problems.Add(verifier is null ? read : read with
                {
                    Samples = [.. read.Samples.Select(sample => sample with { Judgement = verifier.Judge(read.Problem, sample.Text) })],
                });
            }
            catch (PalimpsestException problem)
            {
                throw new PalimpsestException($"{path} {place}: {problem.Message.TrimEnd('.')}.", problem);
            }
        }

        return problems.Count > 0 ? problems : throw new PalimpsestException($"{path}: holds no sampled solutions. Sample some first.");
    }

    private static SampledProblem Of(JsonObject line)
    {
        Problem problem = new(Text(line["problem"] ?? line["question"], "problem"), Text(line["answer"] ?? line["gt"], "answer"));
        IReadOnlyList<SampledSolution> samples = line["samples"] is JsonArray own ? [.. own.Select(Sample)]
            : line["pred"] is JsonArray answers && line["score"] is JsonArray verdicts ? Judged(answers, verdicts, line["code"] as JsonArray)
            : throw new PalimpsestException("has neither \"samples\" nor the lists \"pred\" and \"score\". Bring it into one of these forms");
        return samples.Count > 0 ? new SampledProblem(problem, samples) : throw new PalimpsestException("has no sample. Add one, or remove the line");
    }

    private static SampledSolution Sample(JsonNode? node)
    {
        JsonObject sample = node as JsonObject ?? throw new PalimpsestException("a sample is no object. Write {\"text\", \"answer\", \"verdict\"}");
        string verdict = Text(sample["verdict"], "verdict");
        Verdict[] known = Enum.GetValues<Verdict>();
        int place = Array.FindIndex(known, one => JsonNamingPolicy.KebabCaseLower.ConvertName(one.ToString()) == verdict);
        return place >= 0 ? new SampledSolution(Text(sample["text"], "text"),
            new Judgement(known[place], sample["answer"] is JsonNode answer ? Text(answer, "answer") : null))
            : throw new PalimpsestException($"\"{verdict}\" is no verdict. Write right, wrong, unreadable or failed");
    }

    private static IReadOnlyList<SampledSolution> Judged(JsonArray answers, JsonArray verdicts, JsonArray? texts)
    {
        if (answers.Count != verdicts.Count || (texts is not null && texts.Count != answers.Count))
        {
            throw new PalimpsestException(
                $"has {answers.Count} answers in \"pred\", {verdicts.Count} judgements in \"score\" and {texts?.Count ?? answers.Count} "
                + "texts in \"code\". There must be one of each for every sample");
        }

        return [.. answers.Select((answer, i) =>
        {
            string given = Text(answer, "pred").Trim();
            bool right = verdicts[i] is JsonValue value && value.TryGetValue(out bool flag) ? flag
                : throw new PalimpsestException("\"score\" must hold true or false");
            Verdict verdict = right ? Verdict.Right : given.Length == 0 ? Verdict.Unreadable : Verdict.Wrong;
            return new SampledSolution(texts is null ? given : Text(texts[i], "code"), new Judgement(verdict, given.Length == 0 ? null : given));
        })];
    }

    private static string Text(JsonNode? node, string key) => node is JsonValue value
        ? value.TryGetValue(out string? text) ? text : value.ToJsonString() : throw new PalimpsestException($"has no text under \"{key}\". Add it");
}
