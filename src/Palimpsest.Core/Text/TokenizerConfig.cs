using System.Text.Json;
using System.Text.Json.Nodes;

namespace Palimpsest.Text;

/// <summary>What <c>tokenizer_config.json</c>, <c>special_tokens_map.json</c> and <c>added_tokens.json</c> say beyond <c>tokenizer.json</c>.</summary>
/// <remarks>
/// As transformers' fast tokenizers read them. Where the configuration has no <c>added_tokens_decoder</c>, it is of before that key came, and
/// <c>special_tokens_map.json</c> wins over it; else the map
/// only fills what it leaves out. Every key is one of <see cref="Used"/>, <see cref="Harmless"/> and <see cref="RefusedIf"/>; what is none of them, such as
/// what a class of the library keeps
/// for itself, is named where the model is shown.
/// </remarks>
internal sealed class TokenizerConfig
{
    private const string Decoder = "added_tokens_decoder", Class = "tokenizer_class";

    // The classes whose post-processor the library makes anew from add_bos_token and add_eos_token.
    private static readonly string[] s_llamas = ["Llama", "CodeLlama", "Gemma", "Cohere"];
    private readonly List<JsonPart> _files = [];
    private readonly JsonPart? _config;

    /// <summary>Reads the files that are there.</summary>
    /// <param name="config">The root of <c>tokenizer_config.json</c>, or null.</param>
    /// <param name="map">The root of <c>special_tokens_map.json</c>, or null.</param>
    /// <param name="added">The root of <c>added_tokens.json</c>, or null.</param>
    public TokenizerConfig(JsonPart? config, JsonPart? map, JsonPart? added)
    {
        _config = config;
        Added = added;
        bool old = config is not JsonPart there || there.Find(Decoder) is null;
        foreach (JsonPart? file in old ? new[] { map, config } : [config, map])
        {
            if (file is JsonPart part)
            {
                part.RequireObject();
                _files.Add(part);
            }
        }

        foreach (JsonProperty property in config?.Value.EnumerateObject() ?? default)
        {
            if (RefusedIf.TryGetValue(property.Name, out (JsonValueKind Value, string Why) refused) && property.Value.ValueKind == refused.Value)
            {
                throw config!.Value.Error($"{property.Name} is {property.Value.GetRawText()}: {refused.Why}. Remove the key, if the texts do without it");
            }
        }
    }

    /// <summary>The keys that change what the tokenizer does here, and how. Keys that end in <c>_token</c> name special tokens.</summary>
    public static IReadOnlyDictionary<string, string> Used { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["bos_token, eos_token, pad_token, unk_token, ..._token"] =
            "roles of tokens and variables of the chat template; one that tokenizer.json does not list is added (but of those that are no tokens only "
                + "bos_token and eos_token: nothing here writes the others)",
        ["additional_special_tokens, extra_special_tokens"] = "special tokens; those that tokenizer.json does not list are added",
        [Decoder] = "added tokens; those that tokenizer.json does not list are added in the order of their ids",
        ["chat_template"] = "the form of chats, where there is no file of its own",
        ["do_lower_case, strip_accents, tokenize_chinese_chars"] = "set over a BertNormalizer",
        ["add_prefix_space"] = "set over a ByteLevel pre-tokenizer; other kinds have it in tokenizer.json",
        ["truncation_side"] = "which end an encoder's text loses where it is too long: right or left",
        ["add_bos_token, add_eos_token"] = "of the classes Llama, CodeLlama, Gemma and Cohere: what a text begins and ends with",
    };

    /// <summary>The keys that change nothing here, and why.</summary>
    public static IReadOnlyDictionary<string, string> Harmless { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        [Class] = "the parts of tokenizer.json say what is done; only the keys above ask for the class",
        ["model_max_length, max_length, truncation_strategy, stride"] = "how long a text may be is the model's to say",
        ["padding_side, pad_to_multiple_of, pad_token_type_id, padding"] = "padding never reaches the model's arithmetic",
        ["clean_up_tokenization_spaces, spaces_between_special_tokens"] = "decoding is tokenizer.json's; the text is what the model wrote",
        ["name_or_path, tokenizer_file, special_tokens_map_file, vocab_file, merges_file, _name_or_path, transformers_version, processor_class, auto_map, backend, is_local"] = "where the tokenizer came from",
        ["sp_model_kwargs, legacy, do_basic_tokenize, never_split, errors, from_slow, use_fast"] = "for the slow tokenizers",
        ["model_input_names, return_token_type_ids, use_default_system_prompt, model_specific_special_tokens"] = "for the library's own calls",
    };

    /// <summary>The keys that are refused with a value, and why.</summary>
    public static IReadOnlyDictionary<string, (JsonValueKind Value, string Why)> RefusedIf { get; } =
        new Dictionary<string, (JsonValueKind, string)>(StringComparer.Ordinal)
        {
            ["split_special_tokens"] = (JsonValueKind.True, "special tokens in a text would be ordinary text, so that no template could spell them"),
        };

    /// <summary>The keys of <c>tokenizer_config.json</c> that no list knows.</summary>
    public IEnumerable<string> Unknown => (_config?.Value.EnumerateObject() ?? default).Select(property => property.Name).Where(key => !Knows(key));

    /// <summary>Whether a key stands in one of the lists.</summary>
    public static bool Knows(string key) => (key.EndsWith("_token", StringComparison.Ordinal) && !key.StartsWith("add_", StringComparison.Ordinal))
        || RefusedIf.ContainsKey(key) || Used.Keys.Concat(Harmless.Keys).Any(keys => keys.Split(", ").Contains(key, StringComparer.Ordinal));

    /// <summary>The root of <c>added_tokens.json</c>, an object of contents and ids; null if there is none.</summary>
    public JsonPart? Added { get; }

    /// <summary>The special tokens by role, such as <c>bos_token</c>, in the order of the files.</summary>
    public Dictionary<string, string> Roles()
    {
        Dictionary<string, string> roles = new(StringComparer.Ordinal);
        foreach (JsonPart file in _files)
        {
            foreach (JsonProperty property in file.Value.EnumerateObject())
            {
                // Flags such as add_bos_token end alike.
                bool role = property.Name.EndsWith("_token", StringComparison.Ordinal)
                    && property.Value.ValueKind is not (JsonValueKind.True or JsonValueKind.False);
                if (role && file.Find(property.Name) is JsonPart token)
                {
                    roles.TryAdd(property.Name, Content(token));
                }
            }
        }

        return roles;
    }

    /// <summary>Whether a text that is too long loses its beginning.</summary>
    public bool CutsLeft => _config?.OptionalText("truncation_side") switch
    {
        null or "right" => false,
        "left" => true,
        string side => throw _config.Value.Error($"truncation_side \"{side}\" is not known; known: right, left"),
    };

    /// <summary>Adds the tokens that these files name and <c>tokenizer.json</c> does not list.</summary>
    public void AddTokens(AddedTokenReader tokens, Vocabulary vocabulary)
    {
        if (_config?.Find(Decoder) is JsonPart decoder)
        {
            decoder.RequireObject();
            foreach (JsonPart token in decoder.Value.EnumerateObject().Select(entry => decoder.Get(entry.Name)).OrderBy(Number))
            {
                tokens.Add(token, again: false);
            }
        }

        if (Added is JsonPart added)
        {
            added.RequireObject();
            foreach (string content in added.Value.EnumerateObject().OrderBy(entry => entry.Value.ValueKind == JsonValueKind.Number
                ? entry.Value.GetDouble() : 0).Select(entry => entry.Name))
            {
                tokens.AddSpecial(content, added);
            }
        }

        foreach ((string role, string token) in Roles())
        {
            // The library adds any other one too; here nothing would ever write it, and it would make the vocabulary larger than the model.
            if (role is "bos_token" or "eos_token" || vocabulary.IdOf(token) is not null)
            {
                tokens.AddSpecial(token, _files[0]);
            }
        }

        foreach (JsonPart file in _files)
        {
            foreach (JsonPart list in new[] { file.Find("additional_special_tokens"), file.Find("extra_special_tokens") }.OfType<JsonPart>())
            {
                foreach (JsonPart token in list.Value.ValueKind == JsonValueKind.Object
                    ? list.Value.EnumerateObject().Select(entry => list.Get(entry.Name)) : list.AsItems())
                {
                    tokens.AddSpecial(Content(token), file);
                }
            }
        }

        static int Number(JsonPart token) => int.TryParse(token.Place[(token.Place.LastIndexOf('.') + 1)..], out int id)
            ? id : throw token.Error("must stand under the id of a token");
    }

    /// <summary>The normalizer as the configuration wants it.</summary>
    public JsonPart Normalizer(JsonPart normalizer) =>
        Changed(normalizer, "BertNormalizer", ("do_lower_case", "lowercase"), ("strip_accents", "strip_accents"),
        ("tokenize_chinese_chars", "handle_chinese_chars"));

    /// <summary>The pre-tokenizer as the configuration wants it.</summary>
    public JsonPart PreTokenizer(JsonPart preTokenizer) => Changed(preTokenizer, "ByteLevel", ("add_prefix_space", "add_prefix_space"));

    /// <summary>Whether a text begins with the begin token and ends with the end token, where the configuration decides that; null where it does not.</summary>
    public (bool? Begins, bool? Ends) Affixes()
    {
        string kind = _config?.OptionalText(Class) ?? "";
        if (!s_llamas.Any(name => kind == name + "Tokenizer" || kind == name + "TokenizerFast"))
        {
            return (null, null);
        }

        return (Set("add_bos_token"), Set("add_eos_token"));

        bool? Set(string key) => _config?.Find(key) is null ? null : _config.Value.Flag(key, false);
    }

    /// <summary>A part with the configuration's values in it, where they are given and differ.</summary>
    private JsonPart Changed(JsonPart part, string type, params (string Key, string Name)[] settings)
    {
        if (_config is not JsonPart config || part.OptionalText("type") != type)
        {
            return part;
        }

        JsonObject changed = JsonNode.Parse(part.Value.GetRawText())!.AsObject();
        foreach ((string key, string name) in settings)
        {
            if (config.Value.TryGetProperty(key, out JsonElement value))
            {
                changed[name] = value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean()
                    : value.ValueKind == JsonValueKind.Null ? (name == "strip_accents" ? null : changed[name]?.DeepClone())
                    : throw config.Error($"{key} must be true or false");
            }
        }

        return part.With(JsonSerializer.SerializeToElement(changed));
    }

    private static string Content(JsonPart token) => token.Value.ValueKind == JsonValueKind.Object ? token.Text("content") : token.AsText();
}
