namespace Palimpsest.Models.Lora;

/// <summary>An adapted module.</summary>
/// <param name="Name">Hugging Face's name, such as <c>model.layers.0.self_attn.q_proj</c>.</param>
/// <param name="Rank">Rank of its update.</param>
/// <param name="Alpha">Its alpha.</param>
/// <param name="Scale">Factor of B A.</param>
/// <param name="IsEmbedding">Whether it is the embedding and not a linear layer.</param>
/// <param name="Inputs">Columns of A.</param>
/// <param name="Outputs">Rows of B.</param>
public sealed record LoraModule(string Name, int Rank, double Alpha, double Scale, bool IsEmbedding, long Inputs, long Outputs);
