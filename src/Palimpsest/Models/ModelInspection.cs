using Palimpsest.Data.Gguf;
using Palimpsest.Data.Safetensors;
using Palimpsest.Models.Families;
using Palimpsest.Models.Layers;
using Palimpsest.Models.Sources;
using Palimpsest.Models.Transformers;
using Palimpsest.Numerics;
using Palimpsest.Text;

namespace Palimpsest.Models;

/// <summary>What is known of a model without loading it.</summary>
/// <param name="Format">Such as "GGUF file".</param>
/// <param name="Architecture">The family, as the files name it.</param>
/// <param name="Supported">Null if the model can be loaded, else why not.</param>
/// <param name="Facts">Names and values to show: parameters, bytes, context, tokenizer.</param>
/// <param name="Tensors">Name, storage type and shape of every tensor in the files.</param>
/// <param name="Tied">Alias to owner, for tensors that are shared.</param>
public sealed record ModelInspection(
    string Format, string Architecture, string? Supported, IReadOnlyList<(string Name, string Value)> Facts, IReadOnlyList<(string Name, string Type, IReadOnlyList<long> Shape)> Tensors, IReadOnlyDictionary<string, string> Tied)
{
    /// <summary>Looks into a folder or file; a sound one that cannot be loaded, such as another family's, is listed too.</summary>
    /// <param name="path">A Hugging Face folder, a GGUF file or a llama2.c file.</param>
    /// <exception cref="PalimpsestException">There is nothing, or a file is damaged.</exception>
    public static ModelInspection Of(string path)
    {
        if (Directory.Exists(path))
        {
            ConfigReader json = ConfigReader.Open(Path.Combine(path, "config.json"));
            using SafetensorsSet weights = SafetensorsSet.Open(path);
            (string, string, IReadOnlyList<long>)[] tensors = [.. weights.Entries.Values.Select(item => (item.Entry.Name, item.Entry.Type.ToString(), item.Entry.Shape))];
            string architecture = json.Architecture.Length > 0 ? json.Architecture : json.ModelType;
            return Of(path, $"Hugging Face folder ({weights.FileCount} safetensors)", architecture, tensors);
        }

        if (File.Exists(path) && GgufSource.Recognises(path))
        {
            using GgufFile file = GgufFile.Open(path);
            (string, string, IReadOnlyList<long>)[] tensors = [.. file.Tensors.Select(tensor => (tensor.Name, tensor.Type.ToString(), tensor.Shape))];
            string format = file.PartCount == 1 ? $"GGUF file, version {file.Version}" : $"GGUF file in {file.PartCount} parts, version {file.Version}";
            return Of(path, format, file.Metadata.FindText("general.architecture") ?? "unnamed", tensors);
        }

        using ModelSource source = ModelSource.Open(path);
        return Of(path, source.Format, "llama", [.. source.Layout.Slots.Select(slot => (slot.Name, source.Stored(slot).Type, slot.Shape))]);
    }

    /// <summary>Bytes in a readable unit.</summary>
    public static string Bytes(double count) => count >= 1e9
        ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{count / 1e9:F2} GB")
        : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{count / 1e6:F2} MB");

    private static ModelInspection Of(string path, string format, string architecture, IReadOnlyList<(string, string, IReadOnlyList<long>)> tensors)
    {
        try
        {
            using ModelSource source = ModelSource.Open(path);
            ModelConfig config = source.Config;
            string shared = config is CausalConfig causal ? $", {causal.KeyValueHeads} key-value heads of {causal.HeadWidth}" : "";
            List<(string, string)> facts =
            [
                .. Sizes(source.Layout, source.Layout.Slots.Sum(slot => source.Stored(slot).Bytes)),
                ("shape", $"{config.Layers} layers, width {config.HiddenSize}, {config.Heads} heads{shared}, inner width {config.IntermediateSize}"),
                ("vocabulary", Number(config.VocabularySize)), ("context", $"{Number(config.ContextLength)} tokens"),
                ("tokenizer", TokenizerOf(source.ReadTokenizer)),
            ];
            facts.AddRange(source.Notes.Select(note => ("note", note)));
            if (config is CausalConfig { Generation: { NotFollowed.Count: > 0 } generation })
            {
                facts.Add(("not followed in chats", string.Join(", ", generation.NotFollowed)));
            }

            if (config is EncoderConfig encoder)
            {
                facts.Add(("use", SentenceEncoder.Recognises(path) ? "sentence vectors (palimpsest embed)" : $"encoder, head: {encoder.Head}"));
            }

            if (config.Labels.Count > 0)
            {
                facts.Add(("classes", string.Join(", ", config.Labels)));
            }

            IEnumerable<IGrouping<string, string>> unused = source.Unused.GroupBy(pair => pair.Value, pair => pair.Key);
            facts.AddRange(unused.Select(group => ("not used", $"{string.Join(", ", group)}: {group.Key}")));
            if (config is LlamaConfig { RopeScaling: RopeScaling scaling })
            {
                facts.Add(("rotary scaling", scaling.Type == "divisors" ? "divisors (Llama 3)" : $"{scaling.Type}, factor {scaling.Factor.ToString(System.Globalization.CultureInfo.InvariantCulture)}"));
            }

            return new ModelInspection(format, architecture, null, facts, tensors, source.Layout.Tied);
        }
        catch (PalimpsestException reason)
        {
            long count = tensors.Sum(tensor => tensor.Item3.Aggregate(1L, (product, extent) => product * extent));
            return new ModelInspection(format, architecture, reason.Message, [("parameters", Number(count))], tensors, new Dictionary<string, string>(StringComparer.Ordinal));
        }
    }

    // Training keeps values, gradients and AdamW's two moments in f32; activations come on top.
    private static IEnumerable<(string Name, string Value)> Sizes(ParameterLayout layout, long stored) =>
    [
        ("parameters", Number(layout.Count)), ("bytes in the files", Bytes(stored)), ("bytes to load", $"{Bytes(layout.Count * 4.0)} in f32, {Bytes(layout.Count * 2.0)} in bf16"),
        ("bytes to train", $"{Bytes(layout.Count * 16.0)} for weights, gradients and moments in f32, and the activations"),
    ];

    private static string TokenizerOf(Func<Tokenizer> read)
    {
        try
        {
            Tokenizer tokenizer = read();
            return $"{tokenizer.Kind}, {Number(tokenizer.VocabularySize)} tokens";
        }
        catch (PalimpsestException reason)
        {
            return $"none that can be used ({reason.Message})";
        }
    }

    private static string Number(long count) => count.ToString("N0", System.Globalization.CultureInfo.InvariantCulture);
}
