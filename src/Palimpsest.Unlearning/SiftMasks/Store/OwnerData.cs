using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Palimpsest.Data;
using Palimpsest.Data.Worlds;

namespace Palimpsest.Unlearning.SiftMasks.Store;

/// <summary>An owner's examples, and where they came from.</summary>
/// <param name="Path">The file, or <c>world-v1</c> for the embedded world.</param>
/// <param name="Owner">The owner's name in the file's owner column; null if the whole file is one owner's.</param>
/// <param name="Examples">In the order of the file.</param>
public sealed record OwnerData(string Path, string? Owner, IReadOnlyList<TextExample> Examples)
{
    /// <summary>The owner column that was named; null for the usual one.</summary>
    public string? Column { get; init; }

    /// <summary>SHA-256 over the examples in order, lower-case hexadecimal; what they mean, not how the file spells it.</summary>
    public string Sha256 { get; } = HashOf(Examples);

    /// <summary>The name under which the embedded world's owners are data.</summary>
    public const string WorldName = "world-v1";

    // So many examples of each of the 40 facts fit one batch of the default size.
    private const int WorldExamplesPerFact = 3;

    /// <summary>Reads an owner's data.</summary>
    /// <param name="path">A file that <see cref="ExampleFile"/> knows, or <see cref="WorldName"/>.</param>
    /// <param name="owner">Name in the owner column, or null for the whole file; of the world, the owner's number.</param>
    /// <param name="columns">Which columns hold the examples; the usual names if null.</param>
    /// <exception cref="PalimpsestException">The file cannot be read, or holds nothing of this owner.</exception>
    public static OwnerData Read(string path, string? owner, ExampleColumns? columns = null)
    {
        if (path == WorldName)
        {
            return int.TryParse(owner, NumberStyles.None, CultureInfo.InvariantCulture, out int index) && index < World.OwnerCount
                ? new OwnerData(path, owner, World.V1.Owner(index).TrainingExamples(perFact: WorldExamplesPerFact))
                : throw new PalimpsestException($"{WorldName}: its owners are numbered from 0 to {World.OwnerCount - 1}; \"{owner}\" is none of them.");
        }

        IExampleSource source = ExampleFile.Open(path, new ExampleFileOptions { Columns = columns ?? new ExampleColumns(), CanSkipBad = false });
        return Of(path, owner, columns, owner is null ? source : new OwnerSplit(source).Source(owner));
    }

    /// <summary>Every owner of a file, by the owner column.</summary>
    /// <inheritdoc cref="Read"/>
    public static IReadOnlyList<(string Name, Func<OwnerData> Read)> ReadAll(string path, ExampleColumns? columns = null)
    {
        OwnerSplit split = new(ExampleFile.Open(path, new ExampleFileOptions { Columns = columns ?? new ExampleColumns(), CanSkipBad = false }));
        return split.Owners.Count > 0
            ? [.. split.Owners.Select(owner => (owner.Owner, (Func<OwnerData>)(() => Of(path, owner.Owner, columns, split.Source(owner.Owner)))))]
            : throw new PalimpsestException($"{path}: no line has an owner. Name the column of the owners' names.");
    }

    private static OwnerData Of(string path, string? owner, ExampleColumns? columns, IExampleSource source)
    {
        TextExample[] examples = [.. source.From(0).Select(item => item.Example)];
        return examples.Length > 0 ? new OwnerData(System.IO.Path.GetFullPath(path), owner, examples) { Column = owner is null ? null : columns?.Owner } : throw new PalimpsestException($"{path}: there is no example in it.");
    }

    private static string HashOf(IReadOnlyList<TextExample> examples)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (TextExample example in examples)
        {
            // Lengths go before texts, so that no two lists of examples have the same bytes.
            string messages = example.Messages is null ? "" : JsonSerializer.Serialize(example.Messages) + example.Messages.Tools;
            hash.AppendData(Encoding.UTF8.GetBytes($"{example.Prompt.Length} {example.Completion.Length} {messages.Length}\n{example.Prompt}{example.Completion}{messages}"));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
