using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Palimpsest.Common;

namespace Palimpsest.Unlearning.SiftMasks.Store;

/// <summary>What an owner gets when it leaves: what was removed, the proof, and what the deletion does not protect. It is written outside the store, which keeps no name.</summary>
public sealed record DeletionReceipt
{
    // Without the chain a receipt takes about 4 kB; a hash of the chain takes 72 bytes.
    private const int MostBytes = 1 << 14, BytesPerLine = 80, MostReadBytes = 1 << 27;

    /// <summary>What it means, in words.</summary>
    public string Statement { get; init; } = "The contribution named here was taken exactly out of the merged model of this store. The sum now equals, bit for bit, one that never held it.";

    /// <summary>The store's random number.</summary>
    public required string Store { get; init; }

    /// <summary>The owner's name.</summary>
    public required string Owner { get; init; }

    /// <summary>The owner's random number, the only thing that the ledger keeps.</summary>
    public required string Subject { get; init; }

    /// <summary>When, in UTC.</summary>
    public required DateTime Time { get; init; }

    /// <summary>Examples whose contribution was removed.</summary>
    public required int Examples { get; init; }

    /// <summary>SHA-256 over these examples.</summary>
    public required string DataSha256 { get; init; }

    /// <summary>SHA-256 of the vector, as it was added and taken out.</summary>
    public required string VectorSha256 { get; init; }

    /// <summary>How the vector left: made again from the data and subtracted, kept and subtracted, or left out of a new sum.</summary>
    public required string VectorFrom { get; init; }

    /// <summary>What was erased in the store.</summary>
    public required IReadOnlyList<string> Erased { get; init; }

    /// <summary>SHA-256 of the sum before.</summary>
    public required string SumBefore { get; init; }

    /// <summary>SHA-256 of the sum after.</summary>
    public required string SumAfter { get; init; }

    /// <summary>Owners that are left.</summary>
    public required int OwnersLeft { get; init; }

    /// <summary>The proof that the sum holds the remaining owners and nothing else.</summary>
    public required DeletionProof Proof { get; init; }

    /// <summary>Hashes of the ledger's lines from the owner's joining to its leaving; each line contains the hash of the one before.</summary>
    public required IReadOnlyList<string> Chain { get; init; }

    /// <summary>The line of the ledger with which the owner joined, whose hash begins the chain; null in receipts of earlier versions.</summary>
    public LedgerEntry? Joined { get; init; }

    /// <summary>The line with which it left, whose hash ends the chain; null in receipts of earlier versions.</summary>
    public LedgerEntry? Left { get; init; }

    /// <summary>Which data reached the base model, and so is not covered.</summary>
    public required string Base { get; init; }

    /// <summary>What is not protected.</summary>
    public IReadOnlyList<string> NotProtected { get; init; } =
    [
        "Whoever holds the maskless merged model of before and of after can compute the removed vector from the two: T x before - (T - 1) x after.",
        "Copies of the removed mask, of exported models and of backups still serve what they served; they must be deleted where they lie.",
        "Flash memory and copy-on-write file systems may keep old blocks of erased files where no program reaches them.",
        "Whatever was published while the owner was in the store stays published.",
    ];

    /// <summary>What the leaks amount to, where an audit was asked for.</summary>
    public DeletionAudit? Audit { get; init; }

    /// <summary>What went wrong after the owner had left, such as a file that could not be erased; empty if nothing did.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];

    /// <summary>SHA-256 over all the rest of the receipt as compact JSON, lower-case hexadecimal; null in receipts of earlier versions.</summary>
    public string? Sha256 { get; init; }

    /// <summary>The receipt with its hash.</summary>
    internal DeletionReceipt Sealed() => this with { Sha256 = HashOf(JsonSerializer.SerializeToNode(this, StoreJson.Options)!.AsObject()) };

    /// <summary>Whether the text of a receipt has the hash that stands in it; null if there is none.</summary>
    /// <param name="json">The receipt.</param>
    internal static bool? IsSealed(JsonObject json) => (string?)json["sha256"] is string hash ? hash == HashOf(json.DeepClone().AsObject()) : null;

    /// <summary>Reads a receipt.</summary>
    /// <returns>The receipt, and its text as it stands.</returns>
    /// <exception cref="PalimpsestException">The file cannot be read, or is no receipt.</exception>
    internal static (DeletionReceipt Receipt, JsonObject Text) Read(string path)
    {
        try
        {
            string text = RegularFile.ReadText(path, MostReadBytes) ?? throw new JsonException("it is too long");
            DeletionReceipt receipt = JsonSerializer.Deserialize<DeletionReceipt>(text, StoreJson.Options) ?? throw new JsonException("it is empty");
            return (receipt, JsonNode.Parse(text)!.AsObject());
        }
        catch (Exception problem) when (problem is JsonException or ArgumentException)
        {
            throw new PalimpsestException($"{path}: is no receipt of an owner that left, or is damaged ({problem.Message.TrimEnd('.')}). Name the "
                + "file that 'palimpsest owners forget' wrote.", problem);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new PalimpsestException($"{path}: the receipt cannot be read ({problem.Message.TrimEnd('.')}). Check the path and its permissions.", problem);
        }
    }

    private static string HashOf(JsonObject json)
    {
        json["sha256"] = null;
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(json.ToJsonString(StoreJson.Options))));
    }

    /// <summary>Refuses a place where no receipt can be written; to be called before an owner leaves, since its name and data are forgotten then.</summary>
    /// <param name="path">Where the receipt will be.</param>
    /// <param name="lines">Lines of the ledger, whose hashes a receipt may hold.</param>
    /// <exception cref="PalimpsestException">Something is there already, the folder is not there or cannot be written to, or the disk is full.</exception>
    public static void CheckPlace(string path, int lines)
    {
        if (Path.EndsInDirectorySeparator(path) || Path.Exists(path))
        {
            throw new PalimpsestException($"{path}: is there already or is a folder, so nothing was deleted: a receipt replaces no file. Name a new "
                + "file for it.");
        }

        string probe = path + ".probe";
        try
        {
            AtomicFile.Write(probe, stream => stream.Write(new byte[MostBytes + (BytesPerLine * lines)]), onlyForUser: true);
            File.Delete(probe);
        }
        catch (PalimpsestException problem)
        {
            throw new PalimpsestException($"{path}: the receipt could not be written there ({problem.InnerException?.Message ?? problem.Message}), so "
                + "nothing was deleted. Free some space, or name another file.", problem);
        }
    }

    /// <summary>The receipt as JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, StoreJson.Indented);

    /// <summary>Writes the receipt as JSON, readable only for its user.</summary>
    /// <exception cref="PalimpsestException">The file cannot be written.</exception>
    public void Write(string path) => AtomicFile.WriteText(path, ToJson() + "\n", onlyForUser: true);
}
