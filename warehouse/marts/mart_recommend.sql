-- What to recommend to each customer, with names and a reason: to buy again, and to try for the first time.
-- grain: customer_id, list, rank
-- needs: recommendation.list
-- kind: view
with

recommendations as (
    select * from recommendation
),

products as (
    select * from dim_product
),

final as (
    select
        recommendations.customer_id,
        recommendations.list,
        recommendations.rank,
        recommendations.product_id,
        coalesce(products.product_name, cast(recommendations.product_id as string)) as product_name,
        recommendations.score,
        recommendations.source,
        case
            when recommendations.purchases = 1 then 'you bought it once'
            when recommendations.purchases > 1
                then concat('you bought it ', cast(recommendations.purchases as string), ' times')
            when recommendations.reason_product_id is null then 'many customers buy it'
            else concat(
                'because you bought ',
                coalesce(reasons.product_name, cast(recommendations.reason_product_id as string))
            )
        end as reason,
        recommendations.model_version
    from recommendations
    left join products on recommendations.product_id = products.product_id
    left join products as reasons on recommendations.reason_product_id = reasons.product_id
)

select * from final
