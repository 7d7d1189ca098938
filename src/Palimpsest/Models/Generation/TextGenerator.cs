using System.Globalization;
using Palimpsest.Models.Transformers;
using Palimpsest.Numerics;
using Palimpsest.Text;

namespace Palimpsest.Models.Generation;

/// <summary>Continues texts or token sequences, several at a time, with a cache of keys and values.</summary>
/// <remarks>
/// On a CPU a Llama without hooks and adapters is decoded by loops of this library, everything else by libtorch. Everything happens on the caller's thread and is over when a method returns;
/// callbacks come on that thread too. To offer pieces as an asynchronous stream, run a method on a thread of its own and write the pieces to a channel.
/// </remarks>
public static class TextGenerator
{
    /// <summary>Continues texts.</summary>
    /// <param name="model">Model and tokenizer.</param>
    /// <param name="prompts">Texts; the spelling of a special token in them stands for that token.</param>
    /// <param name="options">How tokens are chosen, and where texts end.</param>
    /// <param name="random">As for <see cref="Generate"/>; the same stream gives the same texts with and without <paramref name="onText"/>.</param>
    /// <param name="onText">Gets every piece of text as soon as it is certain, with the index of its prompt: whole characters, never a part of a stop text. The pieces joined are the completion's text.</param>
    /// <param name="stop">Ends the generation early; what is there is returned.</param>
    /// <exception cref="PalimpsestException">As for <see cref="Generate"/>.</exception>
    public static IReadOnlyList<Completion> Complete(
        LanguageModel model, IReadOnlyList<string> prompts, SamplingOptions options, RandomStream random, Action<int, string>? onText = null, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(prompts);
        return Complete(model, [.. prompts.Select(prompt => model.Tokenizer.EncodePrompt(prompt))], options, random, onText, stop);
    }

    /// <summary>Continues prompts that are tokens already, as a chat's are.</summary>
    internal static IReadOnlyList<Completion> Complete(
        LanguageModel model, int[][] encoded, SamplingOptions options, RandomStream random, Action<int, string>? onText, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(options);
        TextAssembler[] texts = [.. encoded.Select(ids => Assembler(model.Tokenizer, ids, options))];
        GenerationRun run = new(model.Model, encoded, options, random, stop) { OnToken = Take };
        run.Run();
        return [.. texts.Select((text, i) =>
        {
            Give(i, text.End());
            return new Completion { Text = text.Text, Tokens = run.Tokens[i], End = text.Stopped ? CompletionEnd.StopText : run.Ends[i] };
        })];

        bool Take(int index, int token)
        {
            Give(index, texts[index].Add(token));
            return !texts[index].Stopped;
        }

        void Give(int index, string piece)
        {
            if (piece.Length > 0)
            {
                onText?.Invoke(index, piece);
            }
        }
    }

    /// <summary>Continues each prompt until an end token or the limit.</summary>
    /// <param name="model">The model.</param>
    /// <param name="prompts">Token ids, none of them empty.</param>
    /// <param name="options">How tokens are chosen; no stop texts.</param>
    /// <param name="random">Every sequence draws from a child of its own, so a prompt's continuation does not depend on its neighbours' draws.</param>
    /// <param name="stop">Ends the generation early.</param>
    /// <returns>The new tokens of each prompt, without the end token.</returns>
    /// <exception cref="PalimpsestException">A prompt is empty or leaves no room in the model's context, or an option is out of its range.</exception>
    public static int[][] Generate(CausalModel model, IReadOnlyList<int[]> prompts, SamplingOptions options, RandomStream random, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.StopTexts.Count > 0)
        {
            throw new PalimpsestException("Stop texts need a tokenizer. Use TextGenerator.Complete, or EndTokens.");
        }

        GenerationRun run = new(model, prompts, options, random, stop);
        run.Run();
        return [.. run.Tokens.Select(tokens => tokens.ToArray())];
    }

    /// <summary>An assembler that has read the prompt, since what a token decodes to can depend on the one before it.</summary>
    internal static TextAssembler Assembler(Tokenizer tokenizer, ReadOnlySpan<int> prompt, SamplingOptions options)
    {
        // The last tokens are enough; a character has at most four.
        DecodeStream stream = tokenizer.DecodeStream();
        foreach (int id in prompt[Math.Max(0, prompt.Length - 16)..])
        {
            stream.Add(id);
        }

        return new TextAssembler(stream, options.StopTexts);
    }

    /// <summary>The stream of draws of a prompt.</summary>
    internal static RandomStream StreamOf(RandomStream random, int prompt) => random.Child(prompt.ToString(CultureInfo.InvariantCulture));
}
