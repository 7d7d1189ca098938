using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Palimpsest.Runs;

/// <summary>The machine that a run ran on. It holds neither the name of the machine nor that of its user, so that a run folder can be published.</summary>
public sealed record RunHardware
{
    /// <summary>Model of the processor, or null where the system does not say.</summary>
    public string? Cpu { get; init; }

    /// <summary>Logical cores that the process may use.</summary>
    public int Cores { get; init; }

    /// <summary>Memory that the process may use, in 10^9 bytes, to one decimal.</summary>
    public double MemoryGb { get; init; }

    /// <summary>Instruction sets that change results or speed, for example <c>AVX2</c>, <c>FMA</c>, <c>AVX512F</c>, <c>AVX512_BF16</c>.</summary>
    public IReadOnlyList<string> InstructionSets { get; init; } = [];

    /// <summary>Operating system.</summary>
    public string Os { get; init; } = "";

    /// <summary>Version of .NET and the architecture of the process.</summary>
    public string Runtime { get; init; } = "";

    /// <summary>Describes the machine that this process runs on.</summary>
    public static RunHardware Current()
    {
        string[] cpu = CpuLines();
        string[] flags = Field(cpu, "flags")?.Split(' ') ?? Field(cpu, "Features")?.Split(' ') ?? [];
        List<string> sets = [];
        void Add(bool supported, string name)
        {
            if (supported && !sets.Contains(name))
                sets.Add(name);
        }

        // What the runtime may use comes first; it knows nothing of the bfloat16 units, which only the system lists.
        Add(Avx2.IsSupported, "AVX2");
        Add(Fma.IsSupported, "FMA");
        Add(Avx512F.IsSupported, "AVX512F");
        foreach (string flag in (string[])["avx512_bf16", "avx512_fp16", "avx512_vnni", "amx_bf16", "asimd", "sve", "bf16"])
            Add(flags.Contains(flag), flag.ToUpperInvariant());

        return new RunHardware
        {
            Cpu = Field(cpu, "model name"),
            Cores = Environment.ProcessorCount,
            MemoryGb = Math.Round(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1e9, 1),
            InstructionSets = sets,
            Os = RuntimeInformation.OSDescription,
            Runtime = $"{RuntimeInformation.FrameworkDescription}, {RuntimeInformation.ProcessArchitecture}",
        };
    }

    private static string? Field(string[] lines, string name)
    {
        string? line = Array.Find(lines, l => l.StartsWith(name, StringComparison.Ordinal) && l.AsSpan(name.Length).TrimStart().StartsWith(":"));
        return line?[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim() is { Length: > 0 } value ? value : null;
    }

    private static string[] CpuLines()
    {
        const string path = "/proc/cpuinfo";
        try
        {
            return File.Exists(path) ? File.ReadAllLines(path) : [];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return []; // A sandbox may hide the file; a run must not fail for a description.
        }
    }
}
