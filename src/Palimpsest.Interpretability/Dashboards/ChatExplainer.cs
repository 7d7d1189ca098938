using System.Globalization;
using System.Text;
using Microsoft.Extensions.AI;
using Palimpsest.Interpretability.SparseAutoencoders.Metrics;
using Palimpsest.Numerics;
using Palimpsest.Text;

namespace Palimpsest.Interpretability.Dashboards;

/// <summary>Asks a chat model what a latent stands for, and puts its explanation to the test: which texts does the latent fire on, and which tokens are marked
/// rightly?</summary>
/// <remarks>The form of delphi (Paulo et al., arXiv 2410.13928): five texts a question, answered by a list of 0 and 1. An answer that is no such list counts
/// as "no" for
/// all of them. What it finds depends on the model that is asked; name it beside the figures.</remarks>
/// <param name="client">The model.</param>
/// <param name="tokenizer">Spells the tokens.</param>
public sealed class ChatExplainer(IChatClient client, Tokenizer tokenizer)
{
    private const int TextsAQuestion = 5;

    // Small models do not end by themselves.
    private static readonly ChatOptions s_options = new() { MaxOutputTokens = 200 };

    /// <summary>Asks for an explanation.</summary>
    /// <param name="windows">Texts in which the latent fires.</param>
    /// <param name="stop">Ends the question.</param>
    public async Task<string> ExplainAsync(IReadOnlyList<LatentWindow> windows, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(windows);
        float max = windows.Max(window => window.Values.Max());
        StringBuilder question = new("A unit of a language model fires on the tokens between « and », with strengths from 1 to 10. Say in one short sentence "
            + "what it stands for.\n");
        foreach ((int i, LatentWindow window) in windows.Index())
        {
            question.Append(CultureInfo.InvariantCulture, $"\nText {i + 1}: {window.Text(tokenizer)}\nStrengths: {window.Strengths(tokenizer, max)}\n");
        }

        ChatResponse reply = await client.GetResponseAsync(question.ToString(), s_options, stop).ConfigureAwait(false);
        return reply.Text.Trim();
    }

    /// <summary>Asks on which texts the latent fires, from the explanation alone.</summary>
    /// <param name="explanation">What the latent stands for.</param>
    /// <param name="windows">Texts, some of which it fires on.</param>
    /// <param name="stop">Ends the questions.</param>
    public async Task<(double Precision, double Recall, double F1, double Balanced)> DetectAsync(string explanation, IReadOnlyList<LatentWindow> windows,
        CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(windows);
        string task = $"A unit of a language model stands for this: {explanation}\nFor each text say 1 if the unit fires somewhere in it and 0 if not.";
        bool[] said = await AskAsync(task, [.. windows.Select(window => window.Text(tokenizer, new bool[window.Tokens.Count]))], stop).ConfigureAwait(false);
        return Detector.Scores(said, [.. windows.Select(window => window.Fires)]);
    }

    /// <summary>Asks whether the marks are right, in texts on which the latent fires; in every second one other tokens are marked.</summary>
    /// <param name="explanation">What the latent stands for.</param>
    /// <param name="windows">Texts in which it fires.</param>
    /// <param name="random">Chooses the wrong marks.</param>
    /// <param name="stop">Ends the questions.</param>
    public async Task<(double Precision, double Recall, double F1, double Balanced)> FuzzAsync(string explanation, IReadOnlyList<LatentWindow> windows,
        RandomStream random,
        CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(windows);
        ArgumentNullException.ThrowIfNull(random);
        bool[] right = [.. windows.Select((_, i) => i % 2 == 0)];
        string[] texts = [.. windows.Select((window, i) => window.Text(tokenizer, right[i] ? null : Wrong(window, random)))];
        string task = $"A unit of a language model stands for this: {explanation}\nFor each text say 1 if the tokens between « and » are those on which the "
            + $"unit fires and 0 if not.";
        return Detector.Scores(await AskAsync(task, texts, stop).ConfigureAwait(false), right);
    }

    private async Task<bool[]> AskAsync(string task, string[] texts, CancellationToken stop)
    {
        List<bool> said = [];
        foreach (string[] part in texts.Chunk(TextsAQuestion))
        {
            string question = $"{task} Answer with a list such as [1, 0, 0, 1, 0], one number a "
                + $"text.\n\n{string.Join("\n", part.Select((text, i) => $"Text {i + 1}: {text}"))}";
            ChatResponse reply = await client.GetResponseAsync(question, s_options, stop).ConfigureAwait(false);
            bool[] list = ListIn(reply.Text);
            said.AddRange(list.Length == part.Length ? list : new bool[part.Length]);
        }

        return [.. said];
    }

    // The last list in the reply: models think aloud before it.
    private static bool[] ListIn(string reply)
    {
        int open = reply.LastIndexOf('['), close = open < 0 ? -1 : reply.IndexOf(']', open);
        string[] parts = close < 0 ? [] : reply[(open + 1)..close].Split(',', StringSplitOptions.TrimEntries);
        return parts.All(part => part is "0" or "1") ? [.. parts.Select(part => part == "1")] : [];
    }

    private static bool[] Wrong(LatentWindow window, RandomStream random)
    {
        int[] others = [.. window.Values.Index().Where(one => one.Item <= 0).Select(one => one.Index)];
        random.Shuffle(others.AsSpan());
        bool[] marked = new bool[window.Values.Count];
        foreach (int place in others.Take(Math.Max(1, window.Values.Count(value => value > 0))))
        {
            marked[place] = true;
        }

        return marked;
    }
}
