using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Palimpsest.Cascades.Agreement;
using Palimpsest.Cascades.Certificates;
using Palimpsest.Cascades.Experiment;
using Palimpsest.Cascades.Predictors;
using Palimpsest.Cascades.Recordings;
using Palimpsest.Common;
using Palimpsest.Metrics;

namespace Palimpsest.Cli.Commands.Cascades;

/// <summary><c>palimpsest cascade calibrate FILE</c></summary>
internal static class CascadeCalibrateCommand
{
    public static Command Create(TextWriter output)
    {
        Argument<string> file = new("file") { Description = "Recorded answers." };
        Option<string?> tiers = new("--tiers") { Description = "Members of each tier: \"a, b, c; d\". [default: all but the last system; the last]" };
        Option<string> rule = new("--rule")
        {
            Description = "What members have to agree in: vote, score, token-overlap or semantic.",
            DefaultValueFactory = _ => "vote",
        };
        Option<string?> encoder = CascadeEncoder.Option();
        Option<int> items = new("--items") { Description = "Questions to calibrate on, drawn by lot; 0 for all of the file.", DefaultValueFactory = _ => 100 };
        Option<double> limit = new("--limit")
        {
            Description = "Error allowed beyond the next tier's, as a share of the questions.",
            DefaultValueFactory =
            _ => 0.05
        };
        Option<double> confidence = new("--confidence") { Description = "How sure that must be.", DefaultValueFactory = _ => 0.95 };
        Option<string> to = new("--output") { Description = "File of the calibration.", DefaultValueFactory = _ => "calibration.json" };
        Option<long> seed = new("--seed") { Description = "Seed of the lot.", DefaultValueFactory = _ => 7 };
        Command command = new(
            "calibrate",
            """
            Chooses the thresholds of a cascade on recorded answers, with a bound that holds for questions of the same kind, and keeps them in a file.

            Example: palimpsest cascade calibrate answers.jsonl --limit 0.05 --output calibration.json
            """)
        {
            file, tiers, rule, encoder, items, limit, confidence, to, seed,
        };
        command.SetAction(parsed =>
        {
            CertificateOptions options = new() { Limit = parsed.GetValue(limit), Confidence = parsed.GetValue(confidence) };
            if (options.Problems().FirstOrDefault() is string problem)
            {
                throw new PalimpsestException($"--{problem}");
            }

            AgreementRule agreement = Rule(parsed.GetValue(rule)!);
            using AnswerVectors? vectors = CascadeEncoder.Load(parsed.GetValue(encoder), agreement);
            CalibrationFile made = CascadeCalibration.Calibrate(RecordingFile.Read(parsed.GetValue(file)!), Tiers(parsed.GetValue(tiers)), agreement,
                parsed.GetValue(items), options, parsed.GetValue(seed), vectors);
            made.Write(parsed.GetValue(to)!);
            Say(made, output);
            output.WriteLine($"Written: {parsed.GetValue(to)}");
            return 0;
        });
        return command;
    }

    private static void Say(CalibrationFile made, TextWriter output)
    {
        foreach ((int tier, TierCertificate certificate) in made.Certificate.Tiers.Index())
        {
            output.WriteLine($"Tier {tier + 1}: {string.Join(", ", made.Tiers[tier].Select(member => member.Name))}, {certificate.Items} questions.");
            output.WriteLine("  threshold   kept   kept and wrong   beyond the next tier's   bound");
            foreach (CascadeCounts row in certificate.Curve.Where((_, i) => certificate.Curve.Count <= 20 || i % (certificate.Curve.Count / 20) == 0))
            {
                output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"  {row.Threshold,9:F4}  {100.0 * row.Accepted / row.Items,4:F0}%  {100 * row.Error,14:F1}%  {100 * (row.Error - row.NextError),22:F1}%  "
                    + $"{100 * row.LossBound(certificate.Confidence),5:F2}%"));
            }

            if (certificate.Threshold is double threshold)
            {
                output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"  chosen: {threshold:F4}; the bound of {100 * certificate.Bound:F2}% holds with {100 * certificate.Confidence:F0}% confidence."));
            }
        }

        foreach (string shortfall in made.Certificate.Shortfalls)
        {
            output.WriteLine(shortfall);
        }
    }

    private static IReadOnlyList<IReadOnlyList<string>> Tiers(string? text) => text is null ? []
        : [.. text.Split(';').Select(tier => (IReadOnlyList<string>)tier.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))];

    private static AgreementRule Rule(string text)
    {
        string[] known = [.. Enum.GetNames<AgreementRule>().Select(JsonNamingPolicy.KebabCaseLower.ConvertName)];
        return Array.IndexOf(known, text) is >= 0 and int place ? Enum.GetValues<AgreementRule>()[place]
            : throw new PalimpsestException($"--rule: there is no rule \"{text}\". {(NearestName.Find(text, known) is string near ? $"Did you mean "
                + $"\"{near}\"? " : "")}There are: {string.Join(", ", known)}.");
    }
}
