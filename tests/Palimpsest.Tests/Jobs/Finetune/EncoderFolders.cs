using System.Text.Json.Nodes;

namespace Palimpsest.Tests.Jobs.Finetune;

/// <summary>The golden encoders as folders with a tokenizer of the words t0 to t159, and jobs run on them.</summary>
internal static class EncoderFolders
{
    /// <summary>A masked-language model; t0 pads, t1 is unknown, t4 hides.</summary>
    public static TemporaryFolder Masked(string golden)
    {
        TemporaryFolder folder = new();
        folder.Copy(golden);
        JsonObject vocabulary = new(Enumerable.Range(0, 160).Select(id => KeyValuePair.Create<string, JsonNode?>(id == 4 ? "[MASK]" : $"t{id}", id)));
        JsonObject mask = new()
        {
            ["id"] = 4,
            ["content"] = "[MASK]",
            ["single_word"] = false,
            ["lstrip"] = false,
            ["rstrip"] = false,
            ["normalized"] = false,
            ["special"] = true,
        };
        folder.Write("tokenizer.json", new JsonObject
        {
            ["version"] = "1.0",
            ["added_tokens"] = new JsonArray(mask),
            ["pre_tokenizer"] = new JsonObject { ["type"] = "WhitespaceSplit" },
            ["model"] = new JsonObject { ["type"] = "WordLevel", ["vocab"] = vocabulary, ["unk_token"] = "t1" },
        }.ToJsonString());
        folder.Write("tokenizer_config.json", "{\"mask_token\": \"[MASK]\"}");
        return folder;
    }

    /// <summary>A sentence encoder: the golden BERT without its head, pooled by the mean.</summary>
    public static TemporaryFolder Sentence()
    {
        TemporaryFolder folder = Masked("bert");
        JsonNode config = JsonNode.Parse(File.ReadAllText(folder.At("config.json")))!;
        config["architectures"] = new JsonArray("BertModel");
        folder.Write("config.json", config.ToJsonString());
        folder.Write(
            "modules.json",
            """[{"path": "", "type": "a.Transformer"}, {"path": "1_Pooling", "type": "a.Pooling"}, {"path": "2_Normalize", "type": "a.Normalize"}]""");
        Directory.CreateDirectory(folder.At("1_Pooling"));
        folder.Write("1_Pooling/config.json", "{\"pooling_mode_mean_tokens\": true}");
        folder.Write("sentence_bert_config.json", "{\"max_seq_length\": 12}");
        return folder;
    }
}
