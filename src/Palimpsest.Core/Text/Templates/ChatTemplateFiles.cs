using System.Text;
using System.Text.Json;
using Palimpsest.Common;

namespace Palimpsest.Text.Templates;

/// <summary>Finds the templates and special tokens of a Hugging Face folder.</summary>
internal static class ChatTemplateFiles
{
    private const string Template = TokenizerFiles.ChatTemplate;
    private const int MaximumBytes = 1 << 24;
    private const string Default = "default";

    /// <summary>The template of a name and the special tokens. A file of its own wins over the entry in <c>tokenizer_config.json</c>.</summary>
    public static (string Text, string Place, Dictionary<string, object?> Tokens) Read(string folder, string? name)
    {
        byte[]? ReadIfThere(string file) => File.Exists(Path.Combine(folder, file)) ? ReadBytes(Path.Combine(folder, file)) : null;
        return Find(folder, ReadIfThere, name) ?? throw new PalimpsestException($"{folder}: there is no chat template. Add {Template}, or \"chat_template\" to {TokenizerFiles.Config}; a base model has none.");
    }

    /// <summary>As <see cref="Read"/> from files by name; null if there is no template at all.</summary>
    public static (string Text, string Place, Dictionary<string, object?> Tokens)? Find(string folder, Func<string, byte[]?> read, string? name)
    {
        Dictionary<string, object?> tokens = Tokens(folder, read);
        Dictionary<string, (string Text, string Place)> templates = new(StringComparer.Ordinal);
        string config = Path.Combine(folder, TokenizerFiles.Config), own = Path.Combine(folder, Template);
        if (read(TokenizerFiles.Config) is byte[] json)
        {
            using JsonDocument document = Parse(config, json);
            JsonPart root = new(document.RootElement, config, "");
            ReadTemplates(root, config, templates);
        }

        if (read(Template) is byte[] text)
        {
            templates[Default] = (Encoding.UTF8.GetString(text), own);
        }

        name ??= templates.Count == 1 ? templates.Keys.First() : Default;
        return templates.TryGetValue(name, out (string Text, string Place) found) ? (found.Text, found.Place, tokens)
            : templates.Count == 0 ? null
            : throw new PalimpsestException($"{folder}: there is no chat template \"{name}\". It has {string.Join(", ", templates.Keys)}.");
    }

    /// <summary>The special tokens of a folder's files.</summary>
    public static Dictionary<string, object?> Tokens(string folder, Func<string, byte[]?> read)
    {
        using JsonDocument? config = Document(folder, read, TokenizerFiles.Config), map = Document(folder, read, TokenizerFiles.SpecialMap);
        TokenizerConfig settings = new(Root(config, TokenizerFiles.Config), Root(map, TokenizerFiles.SpecialMap), null);
        return settings.Roles().ToDictionary(role => role.Key, role => (object?)role.Value, StringComparer.Ordinal);

        JsonPart? Root(JsonDocument? document, string name) => document is null ? null : new JsonPart(document.RootElement, Path.Combine(folder, name), "");
    }

    private static JsonDocument? Document(string folder, Func<string, byte[]?> read, string name) => read(name) is byte[] json
        ? Parse(Path.Combine(folder, name), json) : null;

    private static void ReadTemplates(JsonPart root, string config, Dictionary<string, (string Text, string Place)> templates)
    {
        if (root.Find("chat_template") is not JsonPart template)
        {
            return;
        }

        if (template.Value.ValueKind == JsonValueKind.String)
        {
            templates[Default] = (template.AsText(), $"{config}: chat_template");
            return;
        }

        foreach (JsonPart named in template.AsItems())
        {
            string name = named.Text("name");
            templates[name] = (named.Text("template"), $"{config}: chat_template \"{name}\"");
        }
    }

    private static JsonDocument Parse(string path, byte[] bytes)
    {
        try
        {
            StrictJson.CheckText(bytes, depth: 64);
            return JsonDocument.Parse(bytes);
        }
        catch (JsonException error)
        {
            throw new PalimpsestException($"{path}: it is not valid JSON ({error.Message}). Download or copy the file again.", error);
        }
    }

    /// <summary>The bytes of a file, without a byte order mark.</summary>
    internal static byte[] ReadBytes(string path)
    {
        try
        {
            byte[] bytes = RegularFile.ReadBytes(path, MaximumBytes)
                ?? throw new PalimpsestException($"{path}: it has more than the {MaximumBytes} bytes that it may have.");
            return bytes.AsSpan().StartsWith("\uFEFF"u8) ? bytes[3..] : bytes;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new PalimpsestException($"{path}: cannot be read ({error.Message}).", error);
        }
    }
}
