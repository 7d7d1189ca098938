using System.Text;
using System.Text.Json;

namespace Palimpsest.Text.Templates;

/// <summary>Finds the templates and special tokens of a Hugging Face folder.</summary>
internal static class ChatTemplateFiles
{
    private const string Template = "chat_template.jinja";
    private const long MaximumBytes = 1 << 24;
    private const string Default = "default";

    /// <summary>The template of a name and the special tokens. A file of its own wins over the entry in <c>tokenizer_config.json</c>.</summary>
    public static (string Text, string Place, Dictionary<string, object?> Tokens) Read(string folder, string? name)
    {
        Dictionary<string, object?> tokens = new(StringComparer.Ordinal);
        Dictionary<string, (string Text, string Place)> templates = new(StringComparer.Ordinal);
        string config = Path.Combine(folder, TokenizerFiles.Config);
        if (File.Exists(config))
        {
            using JsonDocument document = Parse(config);
            JsonPart root = new(document.RootElement, config, "");
            ReadTokens(root, tokens);
            ReadTemplates(root, config, templates);
        }

        string own = Path.Combine(folder, Template);
        if (File.Exists(own))
        {
            templates[Default] = (Encoding.UTF8.GetString(ReadBytes(own)), own);
        }

        name ??= templates.Count == 1 ? templates.Keys.First() : Default;
        return templates.TryGetValue(name, out (string Text, string Place) found)
            ? (found.Text, found.Place, tokens)
            : throw new PalimpsestException(templates.Count == 0
                ? $"{folder}: there is no chat template. Add {Template}, or \"chat_template\" to {TokenizerFiles.Config}; a base model has none."
                : $"{folder}: there is no chat template \"{name}\". It has {string.Join(", ", templates.Keys)}.");
    }

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

    private static void ReadTokens(JsonPart root, Dictionary<string, object?> tokens)
    {
        foreach (JsonProperty property in root.Value.ValueKind == JsonValueKind.Object ? root.Value.EnumerateObject() : default)
        {
            if (!property.Name.EndsWith("_token", StringComparison.Ordinal) || root.Find(property.Name) is not JsonPart token)
            {
                continue;
            }

            if (token.Value.ValueKind == JsonValueKind.String)
            {
                tokens[property.Name] = token.AsText();
            }
            else if (token.Value.ValueKind == JsonValueKind.Object && token.OptionalText("content") is string content)
            {
                tokens[property.Name] = content;
            }
        }
    }

    private static JsonDocument Parse(string path)
    {
        try
        {
            return JsonDocument.Parse(ReadBytes(path));
        }
        catch (JsonException error)
        {
            throw new PalimpsestException($"{path}: it is not valid JSON (line {error.LineNumber + 1}). Download or copy the file again.", error);
        }
    }

    private static byte[] ReadBytes(string path)
    {
        try
        {
            long length = new FileInfo(path).Length;
            byte[] bytes = length <= MaximumBytes ? File.ReadAllBytes(path) : throw new PalimpsestException($"{path}: it has {length} bytes; it may have {MaximumBytes}.");
            return bytes.AsSpan().StartsWith("\uFEFF"u8) ? bytes[3..] : bytes;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new PalimpsestException($"{path}: cannot be read ({error.Message}).", error);
        }
    }
}
