using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Palimpsest.Common;

namespace Palimpsest.Text.Templates;

/// <summary>Finds the templates and special tokens of a Hugging Face folder.</summary>
internal static class ChatTemplateFiles
{
    private const string Template = TokenizerFiles.ChatTemplate;
    private const int MaximumBytes = 1 << 24;
    private const string Default = "default", ForTools = "tool_use";

    /// <summary>The template of a name and the special tokens, from the files of a folder.</summary>
    public static FoundTemplate Read(string folder, string? name)
    {
        byte[]? ReadIfThere(string file) => File.Exists(Path.Combine(folder, file)) ? ReadBytes(Path.Combine(folder, file)) : null;
        return Find(folder, ReadIfThere, TokenizerFiles.NamedTemplates(folder), name) ?? throw new PalimpsestException(
            $"{folder}: there is no chat template. Add {Template}, or \"chat_template\" to {TokenizerFiles.Config}; a base model has none.");
    }

    /// <summary>As <see cref="Read"/> from files by name; null if there is no template at all.</summary>
    /// <remarks>As in transformers, templates in files of their own stand in the place of all those in <c>tokenizer_config.json</c>, and a chat with tools
    /// takes the template <c>tool_use</c> unless another is asked for by name.</remarks>
    public static FoundTemplate? Find(string folder, Func<string, byte[]?> read, IEnumerable<string> files, string? name)
    {
        Dictionary<string, (string Text, string Place)> templates = Own(folder, read, files);
        if (templates.Count == 0)
        {
            templates = Entries(folder, read);
        }

        (string Text, string Place)? forTools = name is null && templates.TryGetValue(ForTools, out (string, string) tools) ? tools : null;
        name ??= templates.Count == 1 ? templates.Keys.First() : Default;
        return templates.TryGetValue(name, out (string Text, string Place) found) ? new FoundTemplate(found.Text, found.Place, forTools, Tokens(folder, read))
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

    /// <summary>The templates in files of their own.</summary>
    private static Dictionary<string, (string Text, string Place)> Own(string folder, Func<string, byte[]?> read, IEnumerable<string> files)
    {
        Dictionary<string, (string, string)> templates = new(StringComparer.Ordinal);
        foreach (string file in files.Append(Template))
        {
            if ((file == Template ? Default : TokenizerFiles.TemplateName(file)) is string name && read(file) is byte[] text)
            {
                templates[name] = (TextOf(text, Path.Combine(folder, file)), Path.Combine(folder, file));
            }
        }

        return templates;
    }

    /// <summary>The templates in <c>tokenizer_config.json</c>, or in the file that the processor of a model for more than text keeps beside it.</summary>
    private static Dictionary<string, (string Text, string Place)> Entries(string folder, Func<string, byte[]?> read)
    {
        Dictionary<string, (string Text, string Place)> own = Of(TokenizerFiles.Config), processor = Of(TokenizerFiles.ProcessorTemplate);
        string[] contrary = [.. own.Keys.Where(name => processor.TryGetValue(name, out (string Text, string) other) && other.Text != own[name].Text)];
        return contrary.Length == 0 ? own.Concat(processor).DistinctBy(pair => pair.Key).ToDictionary(StringComparer.Ordinal) : throw new PalimpsestException(
            $"{folder}: the chat templates in {TokenizerFiles.Config} and {TokenizerFiles.ProcessorTemplate} differ ({string.Join(", ", contrary)}). "
            + $"Remove one of the two, or put the right one into {Template}.");

        Dictionary<string, (string, string)> Of(string file)
        {
            Dictionary<string, (string, string)> templates = new(StringComparer.Ordinal);
            using JsonDocument? document = Document(folder, read, file);
            string path = Path.Combine(folder, file);
            JsonPart? entry = document is null ? null : new JsonPart(document.RootElement, path, "").Find("chat_template");
            if (entry is JsonPart single && single.Value.ValueKind == JsonValueKind.String)
            {
                templates[Default] = (single.AsText(), $"{path}: chat_template");
            }
            else if (entry is JsonPart list)
            {
                foreach (JsonPart named in list.AsItems())
                {
                    string name = named.Text("name");
                    templates[name] = (named.Text("template"), $"{path}: chat_template \"{name}\"");
                }
            }

            return templates;
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

    /// <summary>The text of a template's bytes.</summary>
    internal static string TextOf(byte[] bytes, string path) => Utf8.IsValid(bytes)
        ? Encoding.UTF8.GetString(bytes) : throw new PalimpsestException($"{path}: it is not valid UTF-8. Save the file as UTF-8.");

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
