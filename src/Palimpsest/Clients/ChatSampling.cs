using Microsoft.Extensions.AI;
using Palimpsest.Models.Generation;
using Palimpsest.Models.Transformers;

namespace Palimpsest.Clients;

/// <summary>The settings of a call of <see cref="IChatClient"/> as settings of a generation: followed, or refused by name.</summary>
internal static class ChatSampling
{
    private const int MostTokens = 512;
    private static readonly string[] s_further = ["min_p", "repetition_penalty"];

    /// <summary>Reads the settings.</summary>
    /// <param name="options">Of the call; null for none.</param>
    /// <param name="own">What the model's files ask for; null for nothing.</param>
    /// <param name="seed">Root of the draws of the call.</param>
    /// <exception cref="PalimpsestException">A setting asks for what generation here does not do.</exception>
    public static SamplingOptions Of(ChatOptions? options, GenerationConfig? own, ref long seed)
    {
        if (options is null)
        {
            return SamplingOptions.Of(own, MostTokens);
        }

        Refuse(options.FrequencyPenalty is not (null or 0), nameof(options.FrequencyPenalty), "AdditionalProperties[\"repetition_penalty\"]");
        Refuse(options.PresencePenalty is not (null or 0), nameof(options.PresencePenalty), "AdditionalProperties[\"repetition_penalty\"]");
        Refuse(options.Tools is { Count: > 0 }, nameof(options.Tools), "a model behind a server that calls tools");
        Refuse(options.ToolMode is not (null or AutoChatToolMode or NoneChatToolMode), nameof(options.ToolMode), "a model behind a server that calls tools");
        Refuse(options.ResponseFormat is not (null or ChatResponseFormatText), nameof(options.ResponseFormat), "the form in words in the prompt");
        Refuse(options.ConversationId is not null, nameof(options.ConversationId), "all messages of the conversation in every call");
        if (options.AdditionalProperties?.Keys.FirstOrDefault(key => !s_further.Contains(key)) is string unknown)
        {
            throw new PalimpsestException($"ChatOptions.AdditionalProperties[\"{unknown}\"] is not known to a local model, which knows "
                + $"{string.Join(" and ", s_further)}. Leave it out.");
        }

        seed = options.Seed ?? seed;
        SamplingOptions defaults = SamplingOptions.Of(own, MostTokens);
        return defaults with
        {
            MaxNewTokens = options.MaxOutputTokens ?? defaults.MaxNewTokens,
            Temperature = options.Temperature ?? defaults.Temperature,
            TopP = options.TopP ?? defaults.TopP,
            TopK = options.TopK ?? defaults.TopK,
            MinP = Number(options, "min_p") ?? defaults.MinP,
            RepetitionPenalty = Number(options, "repetition_penalty") ?? defaults.RepetitionPenalty,
            StopTexts = options.StopSequences is { } stops ? [.. stops] : defaults.StopTexts,
        };
    }

    private static double? Number(ChatOptions options, string key) => options.AdditionalProperties?.TryGetValue(key, out double value) == true ? value : null;

    private static void Refuse(bool asked, string option, string instead)
    {
        if (asked)
        {
            throw new PalimpsestException($"ChatOptions.{option} is not something that a local model follows. Leave it out, or use {instead}.");
        }
    }
}
