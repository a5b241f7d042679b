"""How both encoders make one vector of a text: the mean over its tokens."""

from __future__ import annotations

import tensorflow as tf


def mean_direction(model, ids: tf.Tensor, mask: tf.Tensor, training: bool = False) -> tf.Tensor:
    """Return the mean of what ``model`` makes of each text's tokens, at length 1.

    While ``training`` some of it is left out at random (dropout), as the models' authors did.
    """
    states = model(input_ids=ids, attention_mask=mask, training=training).last_hidden_state
    weight = tf.cast(mask, tf.float32)[:, :, None]
    return tf.math.l2_normalize(tf.reduce_sum(states * weight, 1) / tf.reduce_sum(weight, 1), axis=1)
