using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Palimpsest.Unlearning.SiftMasks.Store;

/// <summary>A line of the ledger. Lines are never changed; each holds the hash of the one before, so none can be altered or left out unseen.</summary>
/// <param name="Sequence">0, 1, 2 and so on; also the generation of the accumulator after it.</param>
/// <param name="Time">When, in UTC, to the second.</param>
/// <param name="Action">init, add, forget or rebuild.</param>
/// <param name="Subject">The owner's random number; empty where it concerns none.</param>
/// <param name="Before">SHA-256 of the accumulator's codes before.</param>
/// <param name="After">SHA-256 of the accumulator's codes after.</param>
/// <param name="Vector">SHA-256 of the vector's codes; empty where there is none.</param>
/// <param name="Owners">Owners afterwards.</param>
/// <param name="Previous">Hash of the line before; empty for the first.</param>
public sealed record LedgerEntry(long Sequence, DateTime Time, string Action, string Subject, string Before, string After, string Vector, int Owners, string Previous)
{
    /// <summary>SHA-256 over all fields.</summary>
    public string Hash { get; } = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', (string[])
    [
        Sequence.ToString(CultureInfo.InvariantCulture), Time.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture), Action, Subject, Before, After, Vector,
        Owners.ToString(CultureInfo.InvariantCulture), Previous,
    ]))));

    /// <summary>The time of a line that is written now, to the second.</summary>
    internal static DateTime Now() => DateTimeOffset.FromUnixTimeSeconds(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds()).UtcDateTime;

    /// <summary>The next line.</summary>
    internal LedgerEntry Next(string action, string subject, string after, string vector, int owners) =>
        new(Sequence + 1, Now(), action, subject, After, after, vector, owners, Hash);
}
