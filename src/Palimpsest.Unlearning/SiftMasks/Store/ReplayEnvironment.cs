using System.Security.Cryptography;
using System.Text;
using Palimpsest.Runs;
using Palimpsest.Torch;

namespace Palimpsest.Unlearning.SiftMasks.Store;

/// <summary>What the bits of a training depend on beside data and settings.</summary>
public sealed record ReplayEnvironment
{
    // Raised whenever the same data and settings begin to give other bits.
    private const int TuningProcedure = 2;

    private static readonly Lazy<string> s_libraries = new(HashLibraries);

    /// <summary>Model of the processor: kernels are chosen by it.</summary>
    public required string Cpu { get; init; }

    /// <summary>Instruction sets that change results.</summary>
    public required IReadOnlyList<string> InstructionSets { get; init; }

    /// <summary>SHA-256 over libtorch's and TorchSharp's native libraries.</summary>
    public required string Libraries { get; init; }

    /// <summary>Version of .NET.</summary>
    public required string Runtime { get; init; }

    /// <summary>Threads of one operation.</summary>
    public required int Threads { get; init; }

    /// <summary>Number format of the computation.</summary>
    public required string ComputeType { get; init; }

    /// <summary>Version of this project's tuning: how batches are cut, and all else that decides bits.</summary>
    public int Procedure { get; init; } = 1;

    /// <summary>This process.</summary>
    public static ReplayEnvironment Current(TorchContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        RunHardware machine = RunHardware.Current();
        return new ReplayEnvironment
        {
            Cpu = machine.Cpu ?? "unknown",
            InstructionSets = machine.InstructionSets,
            Libraries = s_libraries.Value,
            Runtime = machine.Runtime,
            Threads = TorchThreads.Count,
            ComputeType = context.ComputeType.ToString(),
            Procedure = TuningProcedure,
        };
    }

    /// <summary>What differs from another environment, in words; empty if nothing does.</summary>
    public IReadOnlyList<string> Differences(ReplayEnvironment other)
    {
        ArgumentNullException.ThrowIfNull(other);
        List<string> found = [];
        void Compare(string what, string own, string theirs)
        {
            if (!string.Equals(own, theirs, StringComparison.Ordinal))
            {
                found.Add($"{what} was {own} and is {theirs}");
            }
        }

        Compare("the processor", Cpu, other.Cpu);
        Compare("the instruction sets", string.Join(' ', InstructionSets), string.Join(' ', other.InstructionSets));
        Compare("libtorch", Libraries[..12], other.Libraries[..12]);
        Compare("the runtime", Runtime, other.Runtime);
        Compare("the number of threads", $"{Threads}", $"{other.Threads}");
        Compare("the compute type", ComputeType, other.ComputeType);
        Compare("the version of the tuning", $"{Procedure}", $"{other.Procedure}");
        return found;
    }

    private static string HashLibraries()
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = new byte[1 << 20];
        if (NativeLibraries.Folder() is not string folder)
        {
            return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(typeof(TorchSharp.torch).Assembly.FullName!)));
        }

        // Names differ between platforms; symbolic links and debug files are not among these.
        foreach (string path in Directory.EnumerateFiles(folder).Where(file => Path.GetFileName(file) is string name && (name.Contains("torch", StringComparison.OrdinalIgnoreCase) || name.Contains("c10", StringComparison.Ordinal))).Order(StringComparer.Ordinal))
        {
            using FileStream file = File.OpenRead(path);
            for (int read; (read = file.Read(buffer)) > 0;)
            {
                hash.AppendData(buffer, 0, read);
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
