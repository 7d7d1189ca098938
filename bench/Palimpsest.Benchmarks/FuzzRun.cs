using System.Globalization;
using System.Text;
using Palimpsest.Models.Lora;
using Palimpsest.Models.Sources;
using Palimpsest.Tests.Fuzzing;

namespace Palimpsest.Benchmarks;

/// <summary>Damaged inputs for every reader, as many as wanted. Prints what became of them, and of each kind of finding one with what makes it again: format, seed and index; a run of that one input prints it.</summary>
internal static class FuzzRun
{
    private const int SlowShare = 1_000;
    private static readonly string[] s_configWords =
        ["LlamaForCausalLM", "GPT2LMHeadModel", "rope_parameters", "rope_scaling", "rope_type", "yarn", "llama3", "dynamic", "default", "longrope", "num_key_value_heads", "head_dim", "hidden_act", "gelu_new", "eos_token_id", "id2label", "all-linear", "q_proj", "(a+)+$", "LORA"];

    /// <summary>Runs the command.</summary>
    /// <returns>0 without findings, else 1.</returns>
    public static int Run(string[] arguments)
    {
        int Number(int place, int otherwise) => arguments.Length > place ? int.Parse(arguments[place], CultureInfo.InvariantCulture) : otherwise;
        int count = Number(0, 100_000), seed = Number(1, 1), first = Number(3, 0);
        using Scratch scratch = new();
        List<FuzzFormat> formats = [.. FuzzFormats.All(scratch).Concat(Models(scratch)).Select(WithGolden)];
        if (arguments.Length > 2)
        {
            formats.RemoveAll(format => format.Name != arguments[2]);
            if (formats.Count == 0)
            {
                throw new PalimpsestException($"There is no format \"{arguments[2]}\" to fuzz. Known: {string.Join(", ", FuzzFormats.All(scratch).Concat(Models(scratch)).Select(format => format.Name))}.");
            }
        }

        // Slow formats have a share of their own; the others divide the rest evenly.
        int quick = formats.Count(format => !format.Slow), share = arguments.Length > 2 ? count : count / Math.Max(1, quick), findings = 0;
        long total = 0;
        foreach (FuzzFormat format in formats)
        {
            int wanted = format.Slow && arguments.Length <= 2 ? Math.Max(10, share * 10 / SlowShare) : share;
            if (wanted == 1)
            {
                Console.WriteLine(string.Concat(Encoding.UTF8.GetString(format.Input(seed, first)).Take(4_000)));
            }

            FuzzTally tally = new Fuzzer(format, seed).Run(first, first + wanted);
            Console.WriteLine(tally);
            foreach (IGrouping<string, FuzzFinding> alike in tally.Findings.GroupBy(finding => finding.What))
            {
                Console.WriteLine($"  {alike.First()} ({alike.Count()} alike)");
            }

            findings += tally.Findings.Count;
            total += tally.Count;
        }

        Console.WriteLine($"{total} inputs, {findings} findings");
        return findings == 0 ? 0 : 1;
    }

    private static FuzzFormat[] Models(Scratch scratch) =>
    [
        new("config", Golden("config*.json"), FuzzFormats.Json(s_configWords), input => ModelConfigFile.Read(scratch.Write("config.json", input))),
        new("adapter-config", Golden("adapter_config.json"), FuzzFormats.Json(s_configWords), input => LoraConfigFile.Read(scratch.Write("adapter_config.json", input))),
        new("llama2c", [Llama2c(tied: true), Llama2c(tied: false)], (input, mutator) => mutator.Bytes(input, ["24ka"]), input => Llama2cSource.Open(scratch.Write("a.bin", input)).Dispose()),
    ];

    // Of the files that the tests compare with, those that are small enough to be damaged in a place that matters.
    private static FuzzFormat WithGolden(FuzzFormat format) => format.Name is "gguf" or "safetensors" ? format with { Seeds = [.. format.Seeds, .. Golden($"*.{format.Name}")] } : format;

    private static byte[][] Golden(string pattern)
    {
        DirectoryInfo? root = new(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "Palimpsest.slnx")))
        {
            root = root.Parent;
        }

        string tests = Path.Combine(root?.FullName ?? throw new PalimpsestException("The repository is not above this program. Run it from its build folder."), "tests");
        return [.. Directory.EnumerateFiles(tests, pattern, SearchOption.AllDirectories).Where(path => path.Contains("golden", StringComparison.Ordinal) && !path.Contains("bin", StringComparison.Ordinal) && new FileInfo(path).Length <= 1 << 16)
            .Order(StringComparer.Ordinal).Select(File.ReadAllBytes)];
    }

    // Version 0, two layers of width 4, two heads, three tokens: all weights are zeros.
    private static byte[] Llama2c(bool tied)
    {
        const int Width = 4, Inner = 6, Layers = 2, Heads = 2, Vocabulary = 3, Context = 5;
        int weights = (Vocabulary * Width) + (Layers * ((2 * Width) + (4 * Width * Width) + (3 * Width * Inner))) + Width + (Context * Width / Heads) + (tied ? 0 : Vocabulary * Width);
        return [.. new[] { Width, Inner, Layers, Heads, Heads, tied ? Vocabulary : -Vocabulary, Context }.SelectMany(BitConverter.GetBytes), .. new byte[weights * 4]];
    }
}
