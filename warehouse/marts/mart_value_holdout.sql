-- How well the models of value would have foretold the second half of the sales from the first: by the number of repeat
-- purchases in the first half, and for all. The totals of all have a band, which holds in 95 of 100 cases if customers
-- behave as the models say: an actual total outside of it says that they did not.
-- grain: bucket
-- needs: value_holdout.bucket
with

buckets as (
    select * from value_holdout
),

final as (
    select
        bucket,
        customers,
        predicted_purchases,
        actual_purchases,
        safe_ratio(predicted_purchases, customers) as predicted_per_customer,
        safe_ratio(actual_purchases, customers) as actual_per_customer,
        safe_ratio(predicted_purchases, actual_purchases) as purchases_ratio,
        purchases_low,
        purchases_high,
        is_purchases_inside,
        predicted_value,
        actual_value,
        safe_ratio(predicted_value, actual_value) as value_ratio,
        value_low,
        value_high,
        is_value_inside
    from buckets
)

select * from final
