-- Lists count from 1 without gaps, scores never rise, no customer gets a product twice; what is recommended again was
-- bought as often as is said, what is new was not, and somebody bought it. Of more than 100,000 rows, those of a part
-- of the customers, chosen by the hash of their ids: all of them would take as long as all other checks together.
-- needs: recommendation.list
with

limits as (
    select
        max(as_of) as as_of,
        cast(least(268435456, safe_ratio(268435456 * cast(100000 as bigint), count(*))) as decimal(9, 0)) as weight
    from recommendation
),

listed as (
    select recommendation.*
    from recommendation
    cross join limits
    where weight_of(recommendation.customer_id) <= limits.weight
),

bought as (
    select
        fct_sales.customer_id,
        fct_sales.product_id,
        sum(case when fct_sales.is_return then -1 else 1 end) as purchases
    from fct_sales
    cross join limits
    where weight_of(fct_sales.customer_id) <= limits.weight
        and fct_sales.sales_day < limits.as_of
    group by fct_sales.customer_id, fct_sales.product_id
),

sold as (
    select distinct fct_sales.product_id
    from fct_sales
    cross join limits
    where fct_sales.sales_day < limits.as_of
),

shown as (
    select
        mart_recommend.customer_id,
        mart_recommend.list,
        count(*) as list_rows
    from mart_recommend
    cross join limits
    where weight_of(mart_recommend.customer_id) <= limits.weight
    group by mart_recommend.customer_id, mart_recommend.list
),

placed as (
    select
        listed.customer_id,
        listed.list,
        listed.rank,
        listed.product_id,
        row_number() over (partition by listed.customer_id, listed.list order by listed.rank) as expected
    from listed
),

scored as (
    select
        customer_id,
        list,
        rank,
        product_id,
        score,
        lag(score) over (partition by customer_id, list order by rank) as score_before
    from listed
),

purchased as (
    select
        listed.customer_id,
        listed.list,
        listed.rank,
        listed.product_id,
        coalesce(listed.purchases, 0) as expected,
        coalesce(bought.purchases, 0) as seen
    from listed
    left join bought on listed.customer_id = bought.customer_id and listed.product_id = bought.product_id
),

repeated as (
    select
        customer_id,
        product_id,
        min(list) as list,
        max(rank) as rank,
        count(*) as seen
    from listed
    group by customer_id, product_id
    having count(*) > 1
),

lengths as (
    select
        customer_id,
        list,
        max(rank) as expected
    from listed
    group by customer_id, list
),

final as (
    select 'rank' as fault, customer_id, list, rank, product_id,
        cast(expected as string) as expected,
        cast(rank as string) as seen
    from placed
    where expected <> rank
    union all
    select 'score', customer_id, list, rank, product_id,
        concat('at most ', cast(score_before as string)) as expected,
        cast(score as string) as seen
    from scored
    where score > score_before
    union all
    select 'purchases', customer_id, list, rank, product_id,
        cast(expected as string) as expected,
        cast(seen as string) as seen
    from purchased
    where (list = 'again' and (expected <> seen or seen <= 0)) or (list = 'new' and seen > 0)
    union all
    select 'twice', customer_id, list, rank, product_id, '1' as expected, cast(seen as string) as seen
    from repeated
    union all
    select 'never sold', listed.customer_id, listed.list, listed.rank, listed.product_id,
        'a line' as expected,
        'none' as seen
    from listed
    left join sold on listed.product_id = sold.product_id
    where sold.product_id is null
    union all
    select 'rows', lengths.customer_id, lengths.list, lengths.expected, null,
        cast(lengths.expected as string) as expected,
        cast(coalesce(shown.list_rows, 0) as string) as seen
    from lengths
    left join shown on lengths.customer_id = shown.customer_id and lengths.list = shown.list
    where lengths.expected <> coalesce(shown.list_rows, 0)
)

select * from final
