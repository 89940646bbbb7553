"""The Transformer: encoder and decoder."""

from collections.abc import Iterator
from dataclasses import replace

import torch
from torch import Tensor, nn
from torch.nn.functional import scaled_dot_product_attention

from architectures.architecture import Signature, architecture
from architectures.self_attention import Block, SelfAttention, positions, weights

State = dict[str, Tensor]


@architecture("transformer", problems=("one-to-many", "sequence-to-sequence"))
class Transformer(nn.Module):
    """Transformer, encoder and decoder (Vaswani et al. 2017).

    The normalisation is before each sublayer (Xiong et al. 2020), positions are sinusoidal. The
    encoder is ``self_attention``. A decoder step attends to itself and the steps before it,
    then to the encoder's outputs, padding excepted. What is carried from step to step are the
    keys and values of all steps so far: in each layer ``(batch, steps so far, 2 inner)``.
    ``layers`` counts those of the encoder and again those of the decoder; with one in each it is
    as deep as ``self_attention``. ``width`` is shared out, half to each: of widths that are the
    same in both, none may come near a small budget.
    """

    def __init__(
        self,
        features: int,
        width: int,
        signature: Signature,
        *,
        layers: int = 1,
        heads: int = 2,
        feedforward: int = 2,
    ):
        super().__init__()
        if layers < 1:
            raise ValueError(f"layers={layers}: encoder and decoder have at least one each")
        # The whole input is there before the first output.
        whole = replace(signature, causal=False)
        options = {"layers": layers, "heads": heads, "feedforward": feedforward}
        inside, outside = (width + 1) // 2, width // 2 + 1
        self.out_features = outside
        self.encoder = SelfAttention(features, inside, whole, **options)
        self.enter = nn.Linear(signature.embedding, outside)
        self.blocks = nn.ModuleList(
            DecoderBlock(outside, inside, heads, feedforward) for _ in range(layers)
        )
        self.norm = nn.LayerNorm(outside)

    def encode(self, x: Tensor, lengths: Tensor) -> State:
        memory = self.encoder(x, lengths)
        state = {"real": torch.arange(x.shape[1], device=x.device) < lengths[:, None]}
        for level, block in enumerate(self.blocks):
            assert isinstance(block, DecoderBlock)
            state[f"memory_{level}"] = block.memory(memory)
            state[f"past_{level}"] = state[f"memory_{level}"][:, :0]
        return state

    def decode(self, previous: Tensor, state: State) -> tuple[Tensor, State]:
        state = dict(state)
        x = self._enter(previous, state)
        for level, block in enumerate(self.blocks):
            memory, past = state[f"memory_{level}"], f"past_{level}"
            x, state[past] = block(x, state[past], memory, state["real"])
        return self.norm(x), state

    def attention(self, x: Tensor, lengths: Tensor, previous: Tensor) -> list[Tensor]:
        """The weight that each output step gives to each input step, decoder layer by layer,
        ``(batch, heads, output steps, input steps)``; zero on padding. ``previous`` as in
        ``decode``."""
        state = self.encode(x, lengths)
        y = self._enter(previous, state)
        seen = []
        for level, block in enumerate(self.blocks):
            assert isinstance(block, DecoderBlock)
            block_inputs = (y, state[f"past_{level}"], state[f"memory_{level}"], state["real"])
            seen.append(block.attention_to_memory(*block_inputs))
            y, _ = block(*block_inputs)
        return seen

    def _enter(self, previous: Tensor, state: State) -> Tensor:
        """What the first block reads: the symbols, at the positions after those of the past."""
        before, after = state["past_0"].shape[1], state["past_0"].shape[1] + previous.shape[1]
        x = self.enter(previous)
        return x + positions(after, x.shape[2])[before:].to(x)


class DecoderBlock(Block):
    """A block with attention to the encoder's outputs between its two sublayers."""

    def __init__(self, width: int, memory: int, heads: int, feedforward: int):
        super().__init__(width, heads, feedforward)
        inner = self.leave.in_features
        self.before_memory = nn.LayerNorm(width)
        self.query = nn.Linear(width, inner)
        self.memory = nn.Linear(memory, 2 * inner)
        self.leave_memory = nn.Linear(inner, width)

    def forward(  # type: ignore[override]
        self, x: Tensor, past: Tensor, memory: Tensor, real: Tensor
    ) -> tuple[Tensor, Tensor]:
        x, past = self._look_back(x, past)
        query = self.query(self.before_memory(x))
        x = x + self.leave_memory(self._attend(query, memory, real[:, None, None]))
        return x + self.feedforward(self.before_feedforward(x)), past

    def attention_to_memory(self, x: Tensor, past: Tensor, memory: Tensor, real: Tensor) -> Tensor:
        """The weights by which ``forward`` attends to the encoder's outputs,
        ``(batch, heads, output steps, input steps)``."""
        x, _ = self._look_back(x, past)
        query, key, _ = self._heads_of(self.query(self.before_memory(x)), memory)
        return weights(query, key, real[:, None, None])

    def _look_back(self, x: Tensor, past: Tensor) -> tuple[Tensor, Tensor]:
        inner = self.leave.in_features
        joint = self.query_key_value(self.before_attention(x))
        query, new = joint.split([inner, 2 * inner], -1)
        past = torch.cat([past, new], 1)
        steps, all_steps = x.shape[1], past.shape[1]
        earlier = torch.ones(steps, all_steps, dtype=torch.bool, device=x.device)
        return x + self.leave(self._attend(query, past, earlier.tril(all_steps - steps))), past

    def _attend(self, query: Tensor, key_value: Tensor, mask: Tensor) -> Tensor:
        query, key, value = self._heads_of(query, key_value)
        seen = scaled_dot_product_attention(query, key, value, attn_mask=mask)
        return seen.transpose(1, 2).flatten(2)

    def _heads_of(self, query: Tensor, key_value: Tensor) -> Iterator[Tensor]:
        parts = (query, *key_value.chunk(2, -1))
        return (part.unflatten(-1, (self.heads, -1)).transpose(1, 2) for part in parts)
