// Two chat clients of other vendors answer where they agree; where they do not, a local model does. Caching and telemetry come from Microsoft.Extensions.AI.
using ChatCascade;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Options;
using Palimpsest.Cascades.Serving;
using Palimpsest.Clients;
using Palimpsest.Models;
using Palimpsest.Models.Sources;
using Palimpsest.Torch;

using LanguageModel model = LanguageModel.Load(EmbeddedModels.Default, new TorchContext(), LoadMode.Mapped);
using LocalChatClient large = new(model);
using Vendor first = new("vendor-a", question => question.Contains("capital", StringComparison.Ordinal) ? "Lima" : "a hat");
using Vendor second = new("vendor-b", question => question.Contains("capital", StringComparison.Ordinal) ? "Lima" : "a coat");
using CascadeChatClient cascade = new(
[
    new CascadeChatTier([("a", first), ("b", second)]) { Timeout = TimeSpan.FromSeconds(10) },
    new CascadeChatTier([("large", large)]),
]);
using IChatClient client = new ChatClientBuilder(cascade)
    .UseDistributedCache(new MemoryDistributedCache(Options.Create(new MemoryDistributedCacheOptions())))
    .UseOpenTelemetry()
    .Build();

foreach (string question in new[] { "What is the capital of Peru?", "What does the mayor wear?", "What is the capital of Peru?" })
{
    ChatResponse response = await client.GetResponseAsync(question, new ChatOptions { MaxOutputTokens = 12 });
    Console.WriteLine($"{question}\n  {response.Text.Trim()}\n  tier {response.AdditionalProperties?["cascade_tier"]}, "
        + $"{response.AdditionalProperties?["cascade_calls"]} calls, {response.Usage?.TotalTokenCount} tokens; vendor a was asked {first.Calls} times so far");
}
