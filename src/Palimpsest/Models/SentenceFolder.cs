using System.Text.Json.Nodes;
using Palimpsest.Common;
using Palimpsest.Models.Transformers;

namespace Palimpsest.Models;

/// <summary>
/// What the files of sentence-transformers say of a folder: where the encoder lies, and how its hidden states become vectors. What is not understood is
/// refused.
/// </summary>
/// <param name="Encoder">The folder of the encoder.</param>
/// <param name="Width">Numbers of a vector, or null where the pooling does not say.</param>
/// <param name="FirstToken">Whether the first token's state is the vector; else it is the mean over all.</param>
/// <param name="Normalise">Whether vectors get the length 1.</param>
/// <param name="MaxLength">Most tokens of a text, or null.</param>
/// <param name="LowerCase">Whether texts are made lower-case before they are cut into tokens.</param>
/// <param name="Prompts">What is put before a text, by name.</param>
/// <param name="DefaultPrompt">The name of the prompt that is taken where none is asked for, or null.</param>
internal sealed record SentenceFolder(
    string Encoder, int? Width, bool FirstToken, bool Normalise, int? MaxLength, bool LowerCase, IReadOnlyDictionary<string, string> Prompts,
    string? DefaultPrompt)
{
    public const string Modules = "modules.json";
    private const string Settings = "config_sentence_transformers.json";

    private static readonly Dictionary<string, string> s_harmless = new(StringComparer.Ordinal)
    {
        ["__version__"] = "where the file came from",
        ["similarity_fn_name"] = "how vectors are compared says nothing about the vectors",
    };

    private static readonly Dictionary<string, string> s_limitsHarmless = new(StringComparer.Ordinal)
    {
        ["unpad_inputs"] = "the same numbers come out without padding",
    };

    // The first one found counts, as in sentence-transformers.
    private static readonly string[] s_limits =
    [
        "sentence_bert_config.json", "sentence_roberta_config.json", "sentence_distilbert_config.json", "sentence_camembert_config.json",
        "sentence_albert_config.json", "sentence_xlm-roberta_config.json", "sentence_xlnet_config.json",
    ];

    /// <summary>The files beside model and tokenizer that make a folder one of sentence-transformers, relative to it; none for another folder.</summary>
    public static IEnumerable<string> Files(string folder)
    {
        if (!File.Exists(Path.Combine(folder, Modules)))
        {
            return [];
        }

        List<(string Kind, string Path)> modules = ModulesOf(Path.Combine(folder, Modules));
        string encoder = modules.Count > 0 ? modules[0].Path : "";
        string[] candidates =
        [
            Modules, Settings, .. modules.Skip(1).Select(module => Path.Combine(module.Path, "config.json")),
                .. s_limits.Select(name => Path.Combine(encoder, name)),
        ];
        return candidates.Where(name => File.Exists(Path.Combine(folder, name)));
    }

    public static SentenceFolder Read(string folder)
    {
        string file = Path.Combine(folder, Modules);
        List<(string Kind, string Path)> modules = ModulesOf(file);
        string[] kinds = [.. modules.Select(module => module.Kind)];
        if (kinds is not (["Transformer", "Pooling"] or ["Transformer", "Pooling", "Normalize"]))
        {
            throw new PalimpsestException(
                $"{file}: the modules {string.Join(", ", kinds)} are not supported; supported: Transformer, Pooling and, if wanted, Normalize.");
        }

        string encoder = Path.Combine(folder, modules[0].Path);
        (bool first, int? width) = Pooling(ConfigReader.Open(Path.Combine(folder, modules[1].Path, "config.json")));
        (int? longest, bool lower) = Limits(encoder);
        (IReadOnlyDictionary<string, string> prompts, string? chosen) = PromptsOf(Path.Combine(folder, Settings));
        return new SentenceFolder(encoder, width, first, modules.Count == 3, longest, lower, prompts, chosen);
    }

    private static List<(string Kind, string Path)> ModulesOf(string file)
    {
        try
        {
            JsonArray array = StrictJson.ReadFile(file) as JsonArray ?? throw new PalimpsestException($"{file}: is not a JSON array of modules.");
            List<(string, string)> modules = [];
            foreach (JsonNode? item in array)
            {
                JsonObject module = item as JsonObject ?? throw new PalimpsestException($"{file}: a module must be an object with type and path.");
                string type = module["type"]?.ToString() ?? "", path = module["path"]?.ToString() ?? "";
                if (module.FirstOrDefault(pair => pair.Key is not ("idx" or "name" or "path" or "type")).Key is string unknown)
                {
                    throw new PalimpsestException($"{file}: \"{unknown}\" of a module is not supported; supported: idx, name, path, type.");
                }

                // A path that leads elsewhere would read files that are not part of the model.
                bool inside = path == Path.GetFileName(path) && path != "..";
                modules.Add(inside
                    ? (type[(type.LastIndexOf('.') + 1)..], path) : throw new PalimpsestException($"{file}: the path \"{path}\" leads out of the folder."));
            }

            return modules;
        }
        catch (System.Text.Json.JsonException error)
        {
            throw new PalimpsestException($"{file}: is not valid JSON ({error.Message})", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new PalimpsestException(
                $"{file}: cannot be read ({error.Message}) A sentence encoder is a folder with modules.json, 1_Pooling/config.json and an encoder such as BERT.",
                error);
        }
    }

    /// <summary>A flag for each way of pooling or, since version 5, its name. Other ways are refused by their flag.</summary>
    private static (bool First, int? Width) Pooling(ConfigReader json)
    {
        const string flag = "pooling_mode_";
        string mode = json.Has("pooling_mode") ? json.Choice("pooling_mode", ["mean", "cls"], "") : "";
        bool mean = json.Flag(flag + "mean_tokens", mode == "mean"), first = json.Flag(flag + "cls_token", mode == "cls");
        if (mean == first)
        {
            throw json.Bad("supported are the mean over all tokens and the first token, one of the two");
        }

        if (!json.Flag("include_prompt", true))
        {
            throw json.Bad("include_prompt false, which leaves the prompt out of the mean, is not supported");
        }

        string width = json.Has("embedding_dimension") ? "embedding_dimension" : "word_embedding_dimension";
        (bool, int?) pooling = (first, json.Has(width) ? json.Positive(width) : null);
        json.RefuseOthers();
        return pooling;
    }

    private static (int? Longest, bool Lower) Limits(string encoder)
    {
        if (s_limits.Select(name => Path.Combine(encoder, name)).FirstOrDefault(File.Exists) is string limits)
        {
            ConfigReader json = ConfigReader.Open(limits);
            (int?, bool) found = (json.Has("max_seq_length") ? json.Positive("max_seq_length") : OfTokenizer(encoder), json.Flag("do_lower_case"));
            Outputs(json);
            json.RefuseOthers(s_limitsHarmless);
            return found;
        }

        return (OfTokenizer(encoder), false);
    }

    /// <summary>What version 5 says of the encoder's task and output, which is what every version does; kinds of input besides texts are not embedded
    /// here.</summary>
    private static void Outputs(ConfigReader json)
    {
        json.Choice("transformer_task", ["feature-extraction"], "feature-extraction");
        json.Choice("module_output_name", ["token_embeddings"], "token_embeddings");
        if (json.Part("modality_config") is ConfigReader kinds)
        {
            ConfigReader text = kinds.Part("text") ?? throw json.Bad("modality_config has no \"text\", and texts are what is embedded here");
            text.Choice("method", ["forward"], "forward");
            text.Choice("method_output_name", ["last_hidden_state"], "last_hidden_state");
            text.RefuseOthers(within: "modality_config.text.");
        }
    }

    /// <summary>The tokenizer's own limit; files write 1e30 for none.</summary>
    private static int? OfTokenizer(string encoder)
    {
        string file = Path.Combine(encoder, "tokenizer_config.json");
        return File.Exists(file) && ConfigReader.Open(file).FindNumber("model_max_length") is >= 1 and <= int.MaxValue and double longest ? (int)longest : null;
    }

    private static (IReadOnlyDictionary<string, string> Prompts, string? Default) PromptsOf(string file)
    {
        Dictionary<string, string> prompts = new(StringComparer.Ordinal);
        if (!File.Exists(file))
        {
            return (prompts, null);
        }

        ConfigReader json = ConfigReader.Open(file);
        json.Choice("model_type", ["SentenceTransformer"], "SentenceTransformer");
        ConfigReader? named = json.Part("prompts");
        foreach (string name in named?.Keys ?? [])
        {
            prompts[name] = named!.Text(name, "");
        }

        string? chosen = json.Has("default_prompt_name") ? json.Text("default_prompt_name", "") : null;

        json.RefuseOthers(s_harmless);
        return chosen is null || prompts.ContainsKey(chosen)
            ? (prompts, chosen)
            : throw json.Bad($"default_prompt_name \"{chosen}\" is none of the prompts: {string.Join(", ", prompts.Keys)}");
    }
}
