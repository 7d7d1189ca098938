using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using Palimpsest.Metrics;
using Palimpsest.Models;
using Palimpsest.Unlearning.Audit.Questions;

namespace Palimpsest.Unlearning.Measures;

/// <summary>The truth ratios of a model that never saw the forget set, from an evaluation log of TOFU's or open-unlearning's programs: what forget quality is
/// measured against.</summary>
/// <remarks>Read are TOFU's <c>eval_log_aggregated.json</c> (its section <c>eval_log_forget.json</c>, or that section alone) and open-unlearning's
/// <c>TOFU_EVAL.json</c>, plain or compressed by gzip.</remarks>
public sealed class TofuReference
{
    private const string Section = "eval_log_forget.json";
    private const double MostOdd = 0.1;
    private const int MostExtra = 3;
    private readonly string _name;
    private readonly string[]? _answers;
    private readonly int[]? _answerTokens;

    private TofuReference(string name, double[] ratios, string[]? answers, int[]? answerTokens) =>
        (_name, TruthRatios, _answers, _answerTokens) = (name, ratios, answers, answerTokens);

    /// <summary>One a question of the forget set, in the log's order, wrong answers averaged geometrically.</summary>
    public IReadOnlyList<double> TruthRatios { get; }

    /// <summary>Reads a log.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="PalimpsestException">There is no such file, or it is no such log.</exception>
    public static TofuReference Read(string path)
    {
        JsonElement log = Json(path);
        if (log.ValueKind == JsonValueKind.Object && log.TryGetProperty(Section, out JsonElement section))
        {
            log = section;
        }

        if (log.ValueKind != JsonValueKind.Object)
        {
            throw Unknown(path);
        }

        if (log.TryGetProperty("average_perturb_loss", out JsonElement wrong) && log.TryGetProperty("avg_paraphrased_loss", out JsonElement right))
        {
            string[] keys = [.. wrong.EnumerateObject().Select(item => item.Name)];
            return new TofuReference(path,
                [.. keys.Select(key => Tofu.TruthRatio(right.GetProperty(key).GetDouble(),
                    [.. wrong.GetProperty(key).EnumerateArray().Select(loss => loss.GetDouble())]))],
                Of(log, "generated_text", keys, made => made[2].GetString() ?? ""), Of(log, "num_token_gt", keys, count => count.GetInt32()));
        }

        JsonProperty ratios = log.EnumerateObject().FirstOrDefault(item => string.Equals(item.Name, "forget_truth_ratio", StringComparison.OrdinalIgnoreCase));
        return ratios.Value.ValueKind == JsonValueKind.Object && ratios.Value.TryGetProperty("value_by_index", out JsonElement values)
            ? new TofuReference(path, [.. values.EnumerateObject().Select(item => item.Value.GetProperty("score").GetDouble())], Truths(log), null)
            : throw Unknown(path);
    }

    /// <summary>Forget quality of an unlearned model: the p value of the two-sided Kolmogorov-Smirnov test between both sides' truth ratios.</summary>
    /// <remarks>It rewards looking like the model that never saw the set, not knowing little: a model that was broken by unlearning has a p value near 0
    /// too.</remarks>
    /// <param name="truthRatios">Of the unlearned model on the forget set, one a question.</param>
    /// <param name="questions">The questions it was asked.</param>
    /// <param name="model">Gives the tokens; null where they are not to be compared.</param>
    /// <exception cref="PalimpsestException">The log is of other questions, or of a model with another vocabulary.</exception>
    public double ForgetQuality(IReadOnlyList<double> truthRatios, IReadOnlyList<AuditQuestion> questions, LanguageModel? model)
    {
        ArgumentNullException.ThrowIfNull(truthRatios);
        ArgumentNullException.ThrowIfNull(questions);
        Require(questions, model);
        return Tofu.ForgetQuality([.. truthRatios], [.. TruthRatios]);
    }

    /// <summary>Refuses a log of other questions or another vocabulary than a model is asked.</summary>
    /// <param name="questions">The questions that the model is asked.</param>
    /// <param name="model">Gives the tokens; null where they are not to be compared.</param>
    /// <exception cref="PalimpsestException">It is one.</exception>
    internal void Require(IReadOnlyList<AuditQuestion> questions, LanguageModel? model)
    {
        if (questions.Count != TruthRatios.Count)
        {
            throw new PalimpsestException(
                FormattableString.Invariant($"{_name}: the reference was asked {TruthRatios.Count} questions, the model {questions.Count}. ")
                + "Ask the same forget set, in the same order.");
        }

        int other = _answers is null ? -1 : Enumerable.Range(0, questions.Count).FirstOrDefault(i => _answers[i].Trim() != questions[i].Answer.Trim(), -1);
        if (other >= 0)
        {
            throw new PalimpsestException(FormattableString.Invariant($"{_name}: the reference was asked other questions: the answer to number {other + 1} is ")
                + $"\"{_answers![other].Trim()}\" there and \"{questions[other].Answer.Trim()}\" here. Take a log of the same forget set, in the same order.");
        }

        // Programs count a space or an end token or not: the same vocabulary differs by the same number everywhere, but for answers that were cut.
        if (model is not null && _answerTokens is not null)
        {
            int[] own = [.. questions.Select(question => model.Tokenizer.Encode(" " + question.Answer, addSpecialTokens: false).Length)];
            int usual = own.Select((count, i) => _answerTokens[i] - count).CountBy(difference => difference).MaxBy(item => item.Value).Key;
            int[] odd = [.. Enumerable.Range(0, own.Length).Where(i => _answerTokens[i] - own[i] != usual)];
            if (odd.Length > own.Length * MostOdd || Math.Abs(usual) > MostExtra)
            {
                int shown = odd.FirstOrDefault();
                throw new PalimpsestException(
                    FormattableString.Invariant($"{_name}: the reference has another vocabulary: the answer to number {shown + 1} has ")
                    + FormattableString.Invariant($"{_answerTokens[shown]} tokens there and {own[shown]} here. ")
                    + "Take the log of a model with the same tokenizer.");
            }
        }
    }

    private static T[]? Of<T>(JsonElement log, string name, string[] keys, Func<JsonElement, T> read) =>
        log.TryGetProperty(name, out JsonElement values) && values.ValueKind == JsonValueKind.Object ? [.. keys.Select(key => read(values.GetProperty(key)))]
            : null;

    private static string[]? Truths(JsonElement log)
    {
        JsonElement values = log.EnumerateObject().FirstOrDefault(item => item.Name.StartsWith("forget_Q_A_ROUGE", StringComparison.Ordinal)).Value;
        return values.ValueKind == JsonValueKind.Object && values.TryGetProperty("value_by_index", out JsonElement items)
            && items.EnumerateObject().All(item => item.Value.TryGetProperty("ground_truth", out _))
            ? [.. items.EnumerateObject().Select(item => item.Value.GetProperty("ground_truth").GetString() ?? "")] : null;
    }

    private static JsonElement Json(string path)
    {
        if (!File.Exists(path))
        {
            throw new PalimpsestException($"There is no evaluation log {path}. Name the file that TOFU's or open-unlearning's evaluation wrote.");
        }

        try
        {
            using FileStream file = File.OpenRead(path);
            bool packed = file.ReadByte() == 0x1F;
            file.Position = 0;
            using Stream stream = packed ? new GZipStream(file, CompressionMode.Decompress) : file;
            return JsonSerializer.Deserialize<JsonElement>(stream);
        }
        catch (Exception error) when (error is JsonException or InvalidDataException)
        {
            throw new PalimpsestException($"{path}: is no evaluation log ({error.Message.TrimEnd('.')}). Name the file that TOFU's or open-unlearning's "
                + "evaluation wrote.", error);
        }
    }

    private static PalimpsestException Unknown(string path) => new(string.Create(CultureInfo.InvariantCulture,
        $"{path}: holds no truth ratios of a forget set. Name TOFU's eval_log_aggregated.json or open-unlearning's TOFU_EVAL.json."));
}
