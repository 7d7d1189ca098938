using System.Text.Json;
using Palimpsest.Cascades.Agreement;
using Palimpsest.Cascades.Recordings;
using Palimpsest.Common;
using Palimpsest.Runs;

namespace Palimpsest.Cascades.Certificates;

/// <summary>A calibration as it is kept: thresholds, what is certain of them, and for which models and from which questions.</summary>
public sealed record CalibrationFile
{
    private const int MostBytes = 1 << 26;

    /// <summary>Version of the format.</summary>
    public int Schema { get; init; } = 1;

    /// <summary>The members of each tier with what sets them apart.</summary>
    public required IReadOnlyList<IReadOnlyList<RecordedSystem>> Tiers { get; init; }

    /// <summary>What they have to agree in.</summary>
    public required AgreementRule Rule { get; init; }

    /// <summary>What made the sentence vectors; null unless the rule is semantic.</summary>
    public RecordedSystem? Encoder { get; init; }

    /// <summary>Thresholds and bounds.</summary>
    public required Certificate Certificate { get; init; }

    /// <summary>What the questions of the calibration are recognised by (<see cref="RecordedItem.Hash"/>), in ascending order.</summary>
    public required IReadOnlyList<string> Items { get; init; }

    /// <summary>Writes a file whole or not at all.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="PalimpsestException">It cannot be written.</exception>
    public void Write(string path) => AtomicFile.WriteText(path, JsonSerializer.Serialize(this, RunJson.Options) + "\n", onlyForUser: true);

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="PalimpsestException">It cannot be read, or is no calibration.</exception>
    public static CalibrationFile Read(string path)
    {
        try
        {
            byte[] bytes = RegularFile.ReadBytes(path, MostBytes) ?? throw new JsonException("it is longer than 64 MiB");
            return JsonSerializer.Deserialize<CalibrationFile>(bytes, RunJson.Options) is { Schema: 1 } file ? file
                : throw new JsonException("its schema is not 1");
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new PalimpsestException($"{path}: is no calibration that can be read ({problem.Message.TrimEnd('.')}). Make it again with calibrate.",
                problem);
        }
    }

    /// <summary>Refuses other models than the calibrated ones, and questions that it was calibrated on.</summary>
    /// <param name="tiers">The members of each tier.</param>
    /// <param name="rule">What they have to agree in.</param>
    /// <param name="recording">The questions to judge on.</param>
    /// <param name="encoder">What makes the sentence vectors; null without an encoder.</param>
    /// <returns>The places of the questions that the calibration did not see.</returns>
    /// <exception cref="PalimpsestException">Models, rule or encoder differ, or no question is left.</exception>
    public IReadOnlyList<int> Unseen(IReadOnlyList<IReadOnlyList<RecordedSystem>> tiers, AgreementRule rule, Recording recording,
        RecordedSystem? encoder = null)
    {
        ArgumentNullException.ThrowIfNull(tiers);
        ArgumentNullException.ThrowIfNull(recording);
        if (rule != Rule || tiers.Count != Tiers.Count || !tiers.Zip(Tiers).All(pair => pair.First.SequenceEqual(pair.Second)))
        {
            throw new PalimpsestException($"The calibration was made for {Said(Tiers, Rule)}, and is asked for by {Said(tiers, rule)}. Thresholds of other "
                + "models or rules mean nothing; calibrate anew.");
        }

        if (Encoder != encoder)
        {
            throw new PalimpsestException($"The calibration was made with {Said(Encoder)}, and is asked for with {Said(encoder)}. Cosines of one encoder mean "
                + "nothing for another; name the same, or calibrate anew.");
        }

        HashSet<string> seen = [.. Items];
        int[] unseen = [.. Enumerable.Range(0, recording.Items.Count).Where(i => !seen.Contains(recording.Items[i].Hash))];
        return unseen.Length > 0 ? unseen : throw new PalimpsestException($"{recording.Name}: the calibration was made on these very questions. What they "
            + "would say of it is what was already seen; take others.");
    }

    private static string Said(IReadOnlyList<IReadOnlyList<RecordedSystem>> tiers, AgreementRule rule)
    {
        IEnumerable<string> named = tiers.Select(tier => string.Join(", ", tier.Select(Said)));
        return $"[{string.Join("; ", named)}] by {JsonNamingPolicy.KebabCaseLower.ConvertName(rule.ToString())}";
    }

    private static string Said(RecordedSystem? system) => system is null ? "no encoder"
        : system.Name == system.Identity ? system.Name : $"{system.Name} ({system.Identity[..Math.Min(8, system.Identity.Length)]})";
}
