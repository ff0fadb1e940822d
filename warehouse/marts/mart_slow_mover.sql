-- Products that hardly move any more. The last day of the data is today: the same data gives the same answer for ever.
-- Days on sale are those from the first sale to today. Pace is the units of the last 90 days divided by what the product
-- sells in 90 days on average since its first sale; null for products that are on sale for 90 days or fewer. A product is
-- slow if nothing of it was bought in the last 90 days, or its pace is below one half; null where that cannot be told.
-- grain: product_id
-- from: mart_product_life, mart_data_span
with

life as (
    select * from mart_product_life
),

span as (
    select * from mart_data_span
),

aged as (
    select
        life.*,
        days_between(life.last_sold_day, span.last_day) as days_since_last_sale,
        days_between(life.first_sold_day, span.last_day) + 1 as days_on_sale
    from life
    cross join span
),

final as (
    select
        product_id,
        product_name,
        category,
        units,
        revenue,
        last_sold_day,
        days_since_last_sale,
        days_on_sale,
        units_last_90_days,
        safe_ratio(90 * units, days_on_sale) as units_per_90_days,
        case
            when days_on_sale > 90 and units > 0 then safe_ratio(units_last_90_days * days_on_sale, 90 * units)
        end as pace,
        case
            when days_since_last_sale >= 90 then true
            when days_on_sale > 90 and units > 0 then 2 * units_last_90_days * days_on_sale < 90 * units
        end as is_slow_mover
    from aged
)

select * from final
