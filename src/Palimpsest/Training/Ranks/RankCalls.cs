using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Palimpsest.Torch;
using static TorchSharp.torch;

namespace Palimpsest.Training.Ranks;

/// <summary>What a training does with the processes beside it.</summary>
internal static class RankCalls
{
    private const int Chunk = 1 << 28;

    /// <summary>Whether any process says so.</summary>
    public static bool Any(this IRanks ranks, bool value)
    {
        Span<double> votes = [value ? 1 : 0];
        ranks.Sum(votes);
        return votes[0] > 0;
    }

    /// <summary>Puts the first process' values in the place of those of the others.</summary>
    public static void FromFirst(this IRanks ranks, IEnumerable<Tensor> tensors)
    {
        if (ranks.Count == 1)
        {
            return;
        }

        foreach (Tensor tensor in tensors)
        {
            using Tensor flat = tensor.detach().view(-1);
            for (long offset = 0; offset < flat.size(0); offset += Chunk / 8)
            {
                using Tensor part = flat.narrow(0, offset, Math.Min(Chunk / 8, flat.size(0) - offset));
                ranks.FromFirst(part.bytes);
            }
        }
    }

    /// <summary>The first process' text.</summary>
    public static string FromFirst(this IRanks ranks, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        int[] length = [bytes.Length];
        ranks.FromFirst(MemoryMarshal.AsBytes(length.AsSpan()));
        Array.Resize(ref bytes, length[0]);
        ranks.FromFirst(bytes);
        return Encoding.UTF8.GetString(bytes);
    }

    /// <summary>Refuses to train side by side on different things.</summary>
    /// <exception cref="PalimpsestException">The processes were started with different models or settings.</exception>
    public static void RequireSame(this IRanks ranks, FlatParameters parameters, string settings)
    {
        if (ranks.Count == 1)
        {
            return;
        }

        byte[] own = [.. Hash(parameters), .. SHA256.HashData(Encoding.UTF8.GetBytes(settings))], first = [.. own];
        ranks.FromFirst(first);
        bool model = own.AsSpan(0, SHA256.HashSizeInBytes).SequenceEqual(first.AsSpan(0, SHA256.HashSizeInBytes));
        if (ranks.Any(!own.AsSpan().SequenceEqual(first)))
        {
            throw new PalimpsestException(string.Create(CultureInfo.InvariantCulture,
                $"Rank {ranks.Rank}: not all of the {ranks.Count} processes train the same{(own.AsSpan().SequenceEqual(first) ? "" : model
                    ? "; this one has other training settings, seed or number format than rank 0" : "; this one has another model than rank 0")}. ")
                + "Start all of them with the same command and files.");
        }
    }

    private static byte[] Hash(FlatParameters parameters)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(parameters.Layout.Hash));
        parameters.ForEachChunk((_, values) => hash.AppendData(MemoryMarshal.AsBytes(values)));
        return hash.GetHashAndReset();
    }
}
