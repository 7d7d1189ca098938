using System.Text.Json;
using Palimpsest.Common;

namespace Palimpsest.Runs.Claims;

/// <summary><c>claims.json</c>: the verdicts of a run.</summary>
public static class ClaimsFile
{
    /// <summary>Writes the verdicts, whole or not at all.</summary>
    /// <exception cref="PalimpsestException">The disk is full or the file cannot be written.</exception>
    public static void Write(string path, IReadOnlyList<ClaimVerdict> verdicts) => AtomicFile.WriteText(path, JsonSerializer.Serialize(verdicts, RunJson.Options) + "\n", onlyForUser: true);

    /// <summary>Reads the verdicts; none if there is no such file.</summary>
    /// <exception cref="PalimpsestException">The file is damaged.</exception>
    public static IReadOnlyList<ClaimVerdict> Read(string path)
    {
        if (!File.Exists(path))
        {
            return [];
        }

        try
        {
            ClaimVerdict[] verdicts = JsonSerializer.Deserialize<ClaimVerdict[]>(RunFiles.ReadText(path), RunJson.Options) ?? [];
            return Checked(verdicts);
        }
        catch (JsonException error)
        {
            throw new PalimpsestException($"{path}: damaged ({error.Message.TrimEnd('.')}). Delete it and write the report again: palimpsest report FOLDER", error);
        }
    }

    /// <summary>The verdicts, if each has a claim whose rule has a condition.</summary>
    /// <exception cref="JsonException">One has not.</exception>
    internal static IReadOnlyList<ClaimVerdict> Checked(IReadOnlyList<ClaimVerdict> verdicts) =>
        verdicts.All(verdict => verdict is { Claim.HoldsIf: { } rule } && !rule.Problems().Any()) ? verdicts : throw new JsonException("a verdict is empty, or its rule has no condition");
}
